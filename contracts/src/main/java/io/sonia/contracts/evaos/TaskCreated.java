package io.sonia.contracts.evaos;

/** A new task; {@code status} is {@code created}. */
public record TaskCreated(TaskStatus status, Task task) {}
