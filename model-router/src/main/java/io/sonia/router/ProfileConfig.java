package io.sonia.router;

import io.sonia.contracts.router.Capability;
import io.sonia.contracts.router.ProfileList;
import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.util.ArrayList;
import java.util.List;

/**
 * The settings of one profile.
 *
 * @param modelPrefs each {@code provider} or {@code provider/model}, or {@value #OTHERS} for every provider the profile
 *     does not name itself, local ones first
 * @param cacheSeconds how long an answer without tools is given again for the same request; 0 keeps none
 */
record ProfileConfig(
        @Default("[]") @Items(max = 20) @Text(min = 1, max = 200)
        List<String> modelPrefs,

        @Default("[\"builtin\"]") @Items(max = 20) @Text(min = 1, max = 200)
        List<String> fallbacks,

        @Default("5000") @Range(min = 1, max = 300_000) int latencyMs,
        @Default("8192") @Range(min = 256, max = 2_000_000) int maxContext,
        @Default("1") @Range(max = 5) int retries,
        @Default("300") @Range(max = 60_000) int retryBaseMs,
        @Default("5000") @Range(max = 60_000) int retryMaxMs,
        @Default("2") @Range(min = 1, max = 10) double retryMultiplier,
        @Default("[\"chat\"]") @Items(max = 4) List<Capability> capabilities,
        @Default("0") @Range(max = 86_400) int cacheSeconds) {

    static final String OTHERS = "others";

    /** The backends in the order they are tried. */
    List<String> chain() {
        List<String> chain = new ArrayList<>(modelPrefs);
        chain.addAll(fallbacks);
        return chain;
    }

    ProfileList.Profile described(String name) {
        return new ProfileList.Profile(
                name,
                modelPrefs,
                fallbacks,
                latencyMs,
                maxContext,
                new ProfileList.Retry(retries, retryBaseMs, retryMaxMs, retryMultiplier),
                capabilities,
                cacheSeconds);
    }
}
