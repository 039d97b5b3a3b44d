package io.sonia.contracts.evaos;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Range;
import org.jspecify.annotations.Nullable;

/**
 * Begins or ends maintenance.
 *
 * @param ttlSeconds when maintenance ends by itself; absent if only somebody ends it
 */
public record MaintenanceChange(
        boolean enabled,
        @Default("\"\"") String reason,
        @Nullable @Range(min = 60, max = 86_400) Integer ttlSeconds) {}
