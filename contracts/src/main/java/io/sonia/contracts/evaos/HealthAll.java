package io.sonia.contracts.evaos;

import java.time.Instant;
import java.util.Map;

/** The whole house at a glance; {@code overallState} is the worst state of a required service. */
public record HealthAll(
        Instant timestamp, boolean maintenanceMode, ServiceState overallState, Map<String, ServiceRecord> services) {}
