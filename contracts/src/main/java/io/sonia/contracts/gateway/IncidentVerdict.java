package io.sonia.contracts.gateway;

import org.jspecify.annotations.Nullable;

/**
 * Whether a bundle is what was signed.
 *
 * @param signatureOk false also if the check did not get that far
 * @param chainOk whether the audit segments verify; false also if the check did not get that far
 * @param firstBad what is wrong, and where; null if nothing is
 */
public record IncidentVerdict(
        boolean valid,
        int filesChecked,
        boolean signatureOk,
        boolean chainOk,
        @Nullable String firstBad) {}
