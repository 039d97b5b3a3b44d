package io.sonia.contracts.gateway;

import io.sonia.contracts.incident.IncidentManifest;

/**
 * A bundle that was made.
 *
 * @param location its path on this service
 */
public record IncidentCreated(String incidentId, IncidentManifest manifest, long sizeBytes, String location) {}
