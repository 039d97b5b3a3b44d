package io.sonia.contracts.router;

import java.util.List;
import java.util.Map;

/** The profiles a model call may name. */
public record ProfileList(Map<String, Profile> profiles) {

    /**
     * A way to use models: which backends are tried in which order, and within which bounds.
     *
     * @param modelPrefs the backends tried first, each {@code provider} or {@code provider/model}
     * @param fallbacks the backends tried after them
     * @param latencyMs the time to the first token this profile is meant for
     * @param maxContext the most prompt tokens a language model is given
     * @param capabilities what a backend must be able to do
     * @param cacheSeconds how long an answer without tools is given again for the same request; 0 keeps none
     */
    public record Profile(
            String name,
            List<String> modelPrefs,
            List<String> fallbacks,
            int latencyMs,
            int maxContext,
            Retry retry,
            List<Capability> capabilities,
            int cacheSeconds) {}

    /** How often a call is repeated at the same backend after a timeout or a connection error, and the waits between. */
    public record Retry(int maxRetries, int backoffBaseMs, int backoffMaxMs, double backoffMultiplier) {}
}
