package io.sonia.contracts.gateway;

/**
 * What does not hold the text any more.
 *
 * @param status always {@code redacted}
 * @param open turns and actions that hold it and go on; they were left alone
 */
public record TurnRedacted(String status, int turns, int steps, int actions, int answers, int messages, int open) {}
