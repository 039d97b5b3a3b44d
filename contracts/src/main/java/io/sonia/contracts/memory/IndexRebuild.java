package io.sonia.contracts.memory;

/** A rebuild of the index that has begun; the task tells how far it is. */
public record IndexRebuild(String taskId) {}
