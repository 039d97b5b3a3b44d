package io.sonia.contracts.memory;

/**
 * The turn is in the history.
 *
 * @param status always {@code stored}
 */
public record HistoryStored(String status, String turnId, int sequenceNum) {}
