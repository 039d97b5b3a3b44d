package io.sonia.contracts.pipecat;

import java.time.Instant;

/** A voice session that is over. */
public record VoiceSessionStopped(String sessionId, VoiceState state, Instant closedAt, long messageCount) {}
