package io.sonia.contracts.evaos;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Maintenance as it is now.
 *
 * @param previous whether it was on before
 * @param until when it ends by itself; null if it does not, or is off
 */
public record MaintenanceChanged(
        boolean maintenanceMode, boolean previous, @Nullable Instant until) {}
