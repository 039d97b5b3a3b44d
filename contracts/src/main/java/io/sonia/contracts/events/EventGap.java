package io.sonia.contracts.events;

/** Tells a follower that it missed events, from the one after {@code from} to {@code to}, both ids of the stream. */
public record EventGap(long from, long to) {}
