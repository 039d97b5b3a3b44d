package io.sonia.contracts.evaos;

import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import org.jspecify.annotations.Nullable;

/**
 * Asks for new service tokens.
 *
 * @param service one of the services, or {@code all}
 * @param overlapSeconds how long the former token stays valid beside its successor, at most; absent:
 *     {@code auth.service_overlap_seconds}
 */
public record ServiceRotate(
        @Text(min = 1, max = 64) String service,
        @Nullable @Range(max = 86_400) Integer overlapSeconds) {}
