package io.sonia.contracts.router;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The configured providers and whether they can be called; {@code activeProviders} are those that can. */
public record ProviderList(Map<String, Provider> providers, List<String> activeProviders) {

    /**
     * One provider.
     *
     * @param endpointHost where it listens; null for the built-in one
     * @param models how many it lists
     * @param lastProbeAt null before the first probe
     * @param error why it is not available, or why its last call failed; null if neither
     */
    public record Provider(
            boolean available,
            @Nullable String endpointHost,
            int models,
            @Nullable Instant lastProbeAt,
            @Nullable String error) {}
}
