package io.sonia.contracts.evaos;

/** One person. */
public record UserAnswer(User user) {}
