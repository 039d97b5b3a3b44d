package io.sonia.contracts.gateway;

import java.time.Instant;

/** A session that has ended; closing it again gives the same answer. */
public record SessionClosed(String sessionId, SessionStatus status, Instant closedAt, int streamsClosed) {}
