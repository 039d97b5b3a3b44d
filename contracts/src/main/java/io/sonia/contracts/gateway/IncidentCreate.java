package io.sonia.contracts.gateway;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import org.jspecify.annotations.Nullable;

/**
 * Asks for a bundle about an incident.
 *
 * @param windowMinutes up to now
 * @param correlationId if only one request is meant
 */
public record IncidentCreate(
        @Text(min = 1, max = 500) String reason,
        Severity severity,
        @Default("60") @Range(min = 1, max = 1440) int windowMinutes,
        @Nullable @Text(min = 1, max = 128) String correlationId) {}
