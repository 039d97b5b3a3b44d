package io.sonia.contracts.evaos;

/** One task. */
public record TaskAnswer(Task task) {}
