package io.sonia.contracts.gateway;

import io.sonia.contracts.incident.IncidentManifest;

/** An incident and what is in its bundle. */
public record IncidentAnswer(IncidentRow incident, IncidentManifest manifest) {}
