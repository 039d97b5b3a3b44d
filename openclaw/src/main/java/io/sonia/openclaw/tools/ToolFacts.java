package io.sonia.openclaw.tools;

import io.sonia.contracts.RiskTier;
import java.time.Duration;
import java.util.List;

/**
 * What is known about a tool without running it.
 *
 * @param tier the tier it is meant to have; EVA-OS's policy decides
 * @param readOnly true if it changes nothing anywhere, so that running it again after a crash is no matter
 * @param idempotent true if running it twice leaves the same as running it once
 * @param reversible true if its effect can be undone with what SONIA keeps
 * @param verification how its effect is checked
 */
public record ToolFacts(
        String name,
        String displayName,
        String description,
        RiskTier tier,
        Times times,
        boolean readOnly,
        boolean idempotent,
        boolean reversible,
        String verification,
        List<String> tags) {

    /** How long a run may take: if the caller does not say, and at most. */
    public record Times(Duration normal, Duration most) {

        public static Times ofMillis(int normal, int most) {
            return new Times(Duration.ofMillis(normal), Duration.ofMillis(most));
        }
    }

    /** A tool that only reads: safe, and as good run twice as once. */
    static ToolFacts reading(
            String name, String displayName, String description, Times times, String verification, String tag) {
        return new ToolFacts(
                name,
                displayName,
                description,
                RiskTier.SAFE_READ,
                times,
                true,
                true,
                true,
                verification,
                List.of(tag));
    }

    public boolean requiresConfirmation() {
        return tier.compareTo(RiskTier.GUARDED_MEDIUM) >= 0;
    }
}
