package io.sonia.contracts.redaction;

/**
 * What does not hold the text any more.
 *
 * @param status always {@code redacted}
 * @param rows values of the service's own records
 * @param answers kept answers of earlier requests
 * @param messages messages to other services
 * @param open values that hold it and are still worked with; they were left alone
 */
public record TextRedacted(String status, int rows, int answers, int messages, int open) {}
