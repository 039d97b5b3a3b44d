package io.sonia.contracts.openclaw;

import io.sonia.contracts.RiskTier;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A call that passed the checks; one that does not pass is answered with its error code instead. */
public record CheckAnswer(
        boolean valid,
        List<Passed> checks,
        RiskTier riskTier,
        boolean requiresGrant,
        boolean idempotent,
        Resolved resolved) {

    /** One check and what it looked at. */
    public record Passed(String check, boolean pass, String detail) {}

    /** What the call would touch: a path below SONIA_HOME, a host, or an argument list. */
    public record Resolved(
            @Nullable String path,
            @Nullable String host,
            @Nullable List<String> argv) {

        public static final Resolved NOTHING = new Resolved(null, null, null);
    }
}
