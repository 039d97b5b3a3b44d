package io.sonia.contracts.console;

/** Whether there was a session to end. */
public record SignedOut(boolean ended) {}
