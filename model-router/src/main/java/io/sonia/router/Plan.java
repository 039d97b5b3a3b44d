package io.sonia.router;

import io.sonia.contracts.router.RouteDecision;
import io.sonia.contracts.router.RouteDecision.Attempt;
import io.sonia.contracts.router.RouteDecision.BudgetLeft;
import io.sonia.contracts.router.RouteDecision.Candidate;
import io.sonia.contracts.router.RouteDecision.Reason;
import io.sonia.contracts.router.RouteDecision.SkipReason;
import io.sonia.contracts.router.RouteDecision.Skipped;
import io.sonia.contracts.router.RoutePolicy;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The backends a call may go to, in order, and those it may not. */
record Plan(
        Ask ask,
        String profileName,
        ProfileConfig profile,
        List<Choice> choices,
        List<Skipped> skipped,
        List<BudgetLeft> budgets) {

    private static final String WITHOUT_TOOLS = "asked without tools: the model cannot call them";

    /** What comes out of looking at one backend of the chain. */
    sealed interface Verdict {}

    /**
     * A backend that may be called; without tools where its model cannot call them.
     *
     * @param price null where none is known
     * @param trial true if it comes out of quarantine
     */
    record Choice(
            ProviderEntry entry,
            Backend backend,
            String model,
            boolean withTools,
            @Nullable BackendConfig price,
            boolean trial)
            implements Verdict {

        boolean builtin() {
            return entry.config().kind() == ProviderKind.BUILTIN;
        }
    }

    /** A backend that may not be called. */
    record Skip(Skipped why) implements Verdict {

        static Skip of(BackendName backend, SkipReason reason, @Nullable String detail) {
            return new Skip(new Skipped(backend.toString(), reason, detail));
        }
    }

    /** The same plan, passing over one of its backends. */
    Plan without(Choice choice, SkipReason reason, String detail) {
        List<Choice> fewer =
                choices.stream().filter(each -> !each.equals(choice)).toList();
        List<Skipped> more = new ArrayList<>(skipped);
        more.add(new Skipped(choice.backend().toString(), reason, detail));
        return new Plan(ask, profileName, profile, fewer, more, budgets);
    }

    /** The same plan, with what its budgets have left. */
    Plan knowing(List<BudgetLeft> left) {
        return new Plan(ask, profileName, profile, choices, skipped, left);
    }

    /** The names of the backends a call may go to. */
    List<String> backends() {
        return choices.stream().map(each -> each.backend().toString()).toList();
    }

    /** The decision to give the answer of a backend again. */
    RouteDecision cached(String backend, String traceId, Instant at) {
        Choice selected = choices.stream()
                .filter(each -> each.backend().toString().equals(backend))
                .findFirst()
                .orElseThrow();
        return decision(selected, Reason.CACHED, List.of(), traceId, at);
    }

    /** The decision so far; {@code selected} is the backend that answered, null before any did. */
    RouteDecision decision(@Nullable Choice selected, List<Attempt> attempts, String traceId, Instant at) {
        Choice shown = selected != null ? selected : choices.isEmpty() ? null : choices.getFirst();
        return decision(shown, reason(shown), attempts, traceId, at);
    }

    private RouteDecision decision(
            @Nullable Choice shown, Reason reason, List<Attempt> attempts, String traceId, Instant at) {
        List<Candidate> candidates = new ArrayList<>();
        for (Choice choice : choices) {
            boolean stripped = ask.wantsTools() && !choice.withTools();
            candidates.add(
                    choice.backend().candidate(candidates.size() + 1, choice.price(), stripped ? WITHOUT_TOOLS : null));
        }
        return new RouteDecision(
                traceId,
                ask.taskType(),
                profileName,
                shown == null ? null : shown.backend().toString(),
                shown == null ? null : shown.entry().name(),
                shown == null ? null : shown.model(),
                reason,
                candidates,
                skipped,
                choices.stream().skip(1).map(each -> each.backend().toString()).toList(),
                ask.tokens(),
                ask.policy(),
                List.copyOf(attempts),
                at,
                budgets);
    }

    private Reason reason(@Nullable Choice shown) {
        if (shown == null) {
            return Reason.NO_BACKEND_AVAILABLE;
        }
        if (ask.policy() == RoutePolicy.PROVIDER_PINNED) {
            return Reason.PINNED;
        }
        if (shown.trial()) {
            return Reason.PROBE;
        }
        if (!shown.equals(choices.getFirst())) {
            return Reason.FALLBACK_USED;
        }
        return ask.policy() == RoutePolicy.LOCAL_ONLY ? Reason.LOCAL_ONLY : Reason.PROFILE_MATCH;
    }

    /** Why there is no choice: CONTEXT_TOO_LONG if a shorter prompt would have one, else NO_BACKEND_AVAILABLE. */
    SoniaException noChoice() {
        boolean tooLong = skipped.stream().anyMatch(each -> each.reason() == SkipReason.CONTEXT_TOO_SMALL);
        return SoniaException.of(tooLong ? ErrorCode.CONTEXT_TOO_LONG : ErrorCode.NO_BACKEND_AVAILABLE)
                .with("estimated_tokens", ask.tokens())
                .with("skipped", skipped);
    }
}
