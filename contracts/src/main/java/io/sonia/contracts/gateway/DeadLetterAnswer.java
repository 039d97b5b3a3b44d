package io.sonia.contracts.gateway;

/** One dead letter. */
public record DeadLetterAnswer(DeadLetter deadLetter) {}
