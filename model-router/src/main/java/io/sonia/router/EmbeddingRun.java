package io.sonia.router;

import io.sonia.contracts.router.EmbeddingAnswer;
import io.sonia.contracts.router.EmbeddingRequest;
import io.sonia.contracts.router.RouteDecision;
import io.sonia.contracts.router.RouteDecision.Attempt;
import io.sonia.contracts.router.RouteDecision.Outcome;
import io.sonia.contracts.router.RouteDecision.SkipReason;
import io.sonia.contracts.router.Usage;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Context;
import io.sonia.router.Plan.Choice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One call for vectors on its way along the chosen chain: a backend that fails is followed by the next. */
final class EmbeddingRun {

    /** Kept back, so that the failure of a silent backend is still told and the next one asked. */
    private static final Duration RESERVE = Duration.ofMillis(500);

    /** A backend that had less time than this is not blamed for silence: it may have had a model to load. */
    private static final Duration FAIR = Duration.ofSeconds(5);

    /** How it ended, with the decision that led there. */
    sealed interface End {
        RouteDecision decision();
    }

    record Answered(EmbeddingAnswer answer) implements End {
        @Override
        public RouteDecision decision() {
            return answer.routeDecision();
        }
    }

    record Failed(RouteDecision decision, SoniaException failure) implements End {}

    private final EmbeddingRequest request;
    private final Context context;
    private final ChatRun.Tools tools;
    private final Spending spending;
    private final int tokens;
    private final List<Attempt> attempts = new ArrayList<>();
    private Plan plan;

    /** @param tokens of all texts, estimated */
    EmbeddingRun(
            EmbeddingRequest request, Context context, Plan plan, ChatRun.Tools tools, Spending spending, int tokens) {
        this.request = request;
        this.context = context;
        this.plan = plan;
        this.tools = tools;
        this.spending = spending;
        this.tokens = tokens;
    }

    /**
     * Runs it to its end.
     *
     * @throws SoniaException OVERLOADED or TIMEOUT if no place at a backend came free
     */
    End run() {
        Exceeded exceeded = null;
        for (Choice choice : plan.choices()) {
            Exceeded here = spending.reserve(choice);
            if (here != null) {
                exceeded = here;
                plan = plan.without(choice, SkipReason.COST_OVER_BUDGET, here.detail());
                continue;
            }
            Answered answered = tryBackend(choice);
            if (answered != null) {
                return answered;
            }
            if (context.deadline().passed()) {
                break;
            }
        }
        if (!attempts.isEmpty()) {
            ErrorCode code = context.deadline().passed() ? ErrorCode.TIMEOUT : ChatRun.sharedCode(attempts);
            return failed(SoniaException.of(code)
                    .with("attempts", List.copyOf(attempts))
                    .with("skipped", plan.skipped()));
        }
        return failed(exceeded != null ? exceeded.failure() : plan.noChoice());
    }

    /** Calls one backend, and again as the profile allows where the connection failed; null if the next is to follow. */
    private @Nullable Answered tryBackend(Choice choice) {
        for (int attempt = 0; attempt <= plan.profile().retries(); attempt++) {
            ErrorCode failure;
            try (CallPlaces.Place _ = tools.places().enter(choice.backend(), context.deadline());
                    Trial trial =
                            new Trial(tools.quarantines(), choice.backend().toString(), context.origin())) {
                if (!trial.admitted()) {
                    plan = plan.without(choice, SkipReason.QUARANTINED, "its calls fail");
                    return null;
                }
                Duration time = time();
                long before = tools.clock().nanoTime();
                try {
                    EmbeddingCall call = new EmbeddingCall(choice.model(), request.input(), patience(time));
                    Embedded embedded = choice.entry().provider().embed(call);
                    trial.succeeded();
                    return answered(choice, embedded, millisSince(before));
                } catch (SoniaException e) {
                    note(choice, e, millisSince(before));
                    if (!callersFault(e, time)) {
                        trial.failed(e.code(), millisSince(before));
                    }
                    failure = e.code();
                }
            }
            if (failure != ErrorCode.UNAVAILABLE || attempt == plan.profile().retries() || !pause()) {
                return null;
            }
        }
        return null;
    }

    private Duration time() {
        Duration left = context.deadline().left();
        return left.compareTo(RESERVE.multipliedBy(2)) < 0 ? left : left.minus(RESERVE);
    }

    private Patience patience(Duration time) {
        return new Patience(context.deadline(), time, time, tools.clock(), () -> {});
    }

    private static boolean callersFault(SoniaException e, Duration time) {
        return e.code() == ErrorCode.CONTEXT_TOO_LONG || (e.code() == ErrorCode.TIMEOUT && time.compareTo(FAIR) < 0);
    }

    /** Waits before a repetition; false if the time left is too short for one. */
    private boolean pause() {
        Duration pause = Duration.ofMillis(plan.profile().retryBaseMs());
        if (context.deadline().left().compareTo(pause.plus(RESERVE)) < 0) {
            return false;
        }
        try {
            tools.clock().sleep(pause);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Answered answered(Choice choice, Embedded embedded, double latencyMs) {
        choice.backend().succeeded(latencyMs);
        choice.entry().callSucceeded();
        attempts.add(new Attempt(choice.backend().toString(), Outcome.SUCCESS, null, null, latencyMs));
        Integer counted = embedded.tokens();
        int prompt = counted == null ? tokens : counted;
        BackendConfig price = choice.price();
        Usage usage = new Usage(
                prompt, 0, price == null ? null : Long.valueOf(price.cost(prompt, 0)), false, counted == null);
        spending.used(usage);
        return new Answered(new EmbeddingAnswer(
                choice.model(),
                choice.entry().name(),
                embedded.dimensions(),
                embedded.vectors(),
                usage,
                decision(choice)));
    }

    private void note(Choice choice, SoniaException e, double latencyMs) {
        choice.backend().failed();
        choice.entry().callFailed(e);
        tools.providers().probeSoon(choice.entry());
        attempts.add(new Attempt(
                choice.backend().toString(), Outcome.FAILED, e.code().name(), e.text(), latencyMs));
    }

    private Failed failed(SoniaException failure) {
        return new Failed(decision(null), failure);
    }

    private RouteDecision decision(@Nullable Choice selected) {
        return plan.decision(
                selected, attempts, context.trace().traceId(), tools.clock().now());
    }

    private double millisSince(long nanos) {
        return (tools.clock().nanoTime() - nanos) / 1e6;
    }
}
