package io.sonia.contracts.memory;

import java.time.Instant;

/**
 * That, when, why and by whom a memory was redacted.
 *
 * @param action always {@code REDACT}
 */
public record Redaction(
        String redactionId, String memoryId, String action, String reason, Instant performedAt, String performedBy) {}
