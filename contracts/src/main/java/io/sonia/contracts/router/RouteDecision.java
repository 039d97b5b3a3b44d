package io.sonia.contracts.router;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Named;
import io.sonia.kernel.json.WireNamed;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which backend was chosen for a model call and why. A backend is {@code provider/model}, or only the provider where no
 * model of it is known.
 *
 * @param selectedBackend the backend that answered, or would be tried first; null if there is none
 * @param candidates the backends that may be called, in the order they are tried
 * @param skipped the backends of the profile that may not, each with the reason
 * @param fallbackChain the candidates after the first
 * @param estimatedTokens of the prompt: one per four characters
 * @param budgets those with a limit that count for the call
 * @param attempts the calls made so far; none for a decision without a call
 */
public record RouteDecision(
        String traceId,
        TaskType taskType,
        String profile,
        @Nullable String selectedBackend,
        @Nullable String provider,
        @Nullable String model,
        Reason reasonCode,
        List<Candidate> candidates,
        List<Skipped> skipped,
        List<String> fallbackChain,
        int estimatedTokens,
        RoutePolicy policy,
        List<Attempt> attempts,
        Instant decidedAt,
        @Default("[]") List<BudgetLeft> budgets) {

    /**
     * What a budget had left before the call, beside what is spent and what running calls hold; null where there is no
     * limit.
     *
     * @param scope {@code day}, or {@code session:}, {@code user:} or {@code model:} and whose it is
     */
    public record BudgetLeft(
            String scope,
            @Nullable Long micro,
            @Nullable Long tokens,
            @Nullable Long calls) {}

    /** Why the selected backend is the one. */
    public enum Reason implements WireNamed {
        /** It is the first of the profile that can be called. */
        PROFILE_MATCH,
        /** A backend before it was called and failed. */
        FALLBACK_USED,
        PINNED,
        LOCAL_ONLY,
        /** It comes out of quarantine and this call tries it. */
        PROBE,
        /** It gave this answer to the same request before; nothing was called. */
        CACHED,
        NO_BACKEND_AVAILABLE;

        @Override
        public String wireName() {
            return name();
        }
    }

    /** Why a backend may not be called. */
    public enum SkipReason implements WireNamed {
        /** Its calls failed too often, or a person took it out. */
        QUARANTINED,
        /** Named by the profile or the request, but not in the settings or not among the provider's models. */
        UNREGISTERED,
        UNAVAILABLE,
        CAPABILITY_MISSING,
        CONTEXT_TOO_SMALL,
        /** A budget has not enough left for what the call may cost, or the cost is not known. */
        COST_OVER_BUDGET,
        POLICY_LOCAL_ONLY;

        @Override
        public String wireName() {
            return name();
        }
    }

    /** What is known of a candidate's last call. */
    public enum State {
        AVAILABLE,
        /** Its last call failed and none has succeeded since. */
        FAILING
    }

    /**
     * A backend that may be called.
     *
     * @param rank from 1
     * @param priceMicroPer1k of a thousand prompt or completion tokens, whichever is dearer; null where no price is known
     * @param latencyEwmaMs moving average of the time to the first token; null before the first call
     * @param note what is special about a call of it, such as that it is asked without tools
     */
    public record Candidate(
            String backend,
            int rank,
            State state,
            @Named("price_micro_per_1k") @Nullable Long priceMicroPer1k,
            @Nullable Double latencyEwmaMs,
            @Nullable String note) {}

    /** A backend that may not be called; {@code detail} says more than the reason, such as why it is unavailable. */
    public record Skipped(
            String backend, SkipReason reason, @Nullable String detail) {}

    /**
     * One call of a backend.
     *
     * @param code of a failed call
     * @param reason of a failed call, in words
     */
    public record Attempt(
            String backend,
            Outcome outcome,
            @Nullable String code,
            @Nullable String reason,
            double latencyMs) {}

    /** How a call of a backend ended. */
    public enum Outcome {
        SUCCESS,
        /** Before its first content, so that another backend could follow. */
        FAILED,
        /** After its first content, so that none could. */
        INTERRUPTED,
        /** Its caller wanted no more. */
        CANCELLED
    }
}
