package io.sonia.contracts.gateway;

import java.time.Instant;

/** An incident of which there is a bundle, or was. */
public record IncidentRow(
        String incidentId, String reason, Severity severity, Instant createdAt, long sizeBytes, String actorId) {}
