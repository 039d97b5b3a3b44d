package io.sonia.contracts.evaos;

/** One alert. */
public record AlertAnswer(Alert alert) {}
