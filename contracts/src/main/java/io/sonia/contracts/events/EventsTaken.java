package io.sonia.contracts.events;

/**
 * What became of a batch.
 *
 * @param duplicates events that were there already
 * @param through the entry up to which this service has told its events
 */
public record EventsTaken(int accepted, int duplicates, long through) {}
