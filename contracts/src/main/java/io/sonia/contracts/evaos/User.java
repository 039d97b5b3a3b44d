package io.sonia.contracts.evaos;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A person who may have a key.
 *
 * @param expiresAt when the last of the person's keys ends; null if none is left
 */
public record User(
        String userId,
        String displayName,
        UserRole role,
        UserStatus status,
        Instant createdAt,
        Instant updatedAt,
        @Nullable Instant expiresAt,
        Map<String, @Nullable Object> metadata) {}
