package io.sonia.contracts.evaos;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The caller as EVA-OS knows it. */
public record WhoAmI(
        String actorId,
        String actorRole,
        String kind,
        @Nullable String service,
        @Nullable Instant expiresAt,
        long generation) {}
