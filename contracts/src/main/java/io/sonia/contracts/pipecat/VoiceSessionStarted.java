package io.sonia.contracts.pipecat;

import java.time.Instant;

/** A voice session that waits for its socket. */
public record VoiceSessionStarted(
        String sessionId,
        VoiceState state,
        Instant createdAt,
        Instant expiresAt,
        String gatewaySessionId,
        VoiceBackends backends) {}
