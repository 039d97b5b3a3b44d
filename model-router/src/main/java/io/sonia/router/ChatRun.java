package io.sonia.router;

import io.sonia.contracts.router.ChatAnswer;
import io.sonia.contracts.router.ChatRequest;
import io.sonia.contracts.router.FinishReason;
import io.sonia.contracts.router.RouteDecision;
import io.sonia.contracts.router.RouteDecision.Attempt;
import io.sonia.contracts.router.RouteDecision.Outcome;
import io.sonia.contracts.router.RouteDecision.SkipReason;
import io.sonia.contracts.router.ToolCall;
import io.sonia.contracts.router.Usage;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.settings.Live;
import io.sonia.router.Plan.Choice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One model call on its way along the chosen chain. It is committed to a backend at that backend's first content: a
 * failure before is followed by a repetition or the next backend, a failure after it ends the call.
 */
final class ChatRun {

    private static final Set<ErrorCode> REPEATABLE = Set.of(ErrorCode.TIMEOUT, ErrorCode.UNAVAILABLE);
    private static final int MAX_TEXT = 1024 * 1024;

    /** Kept back for the next backend of the chain, so that a silent one does not use up all time. */
    private static final Duration RESERVE = Duration.ofMillis(500);

    /** What a run is made of, the same for all runs. */
    record Tools(
            Providers providers, Quarantines quarantines, CallPlaces places, Live<RouterConfig> config, Clock clock) {}

    /** What is asked for, and the wish that it end. */
    record Asked(ChatRequest request, Context context, ChatStop stop) {}

    private final ChatRequest request;
    private final Context context;
    private final ChatStop stop;
    private final Spending spending;
    private Plan plan;
    private final Tools tools;
    private final ChatReader reader;
    private final long started;
    private final List<Attempt> attempts = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private final List<ToolCall> calls = new ArrayList<>();
    private @Nullable Choice current;
    private int deltas;
    private double firstTokenMs;

    ChatRun(Asked asked, Plan plan, Tools tools, Spending spending, ChatReader reader) {
        this.request = asked.request();
        this.context = asked.context();
        this.stop = asked.stop();
        this.plan = plan;
        this.spending = spending;
        this.tools = tools;
        this.reader = reader;
        this.started = tools.clock().nanoTime();
    }

    /**
     * Runs it to its end.
     *
     * @throws SoniaException OVERLOADED or TIMEOUT if no place at a backend came free
     */
    ChatOutcome run() {
        if (plan.choices().isEmpty()) {
            return failed(plan.noChoice());
        }
        try {
            return walk();
        } catch (SoniaException e) {
            if (stop.requested()) {
                return cancelled();
            }
            throw e;
        }
    }

    private ChatOutcome walk() {
        Exceeded exceeded = null;
        for (Choice choice : plan.choices()) {
            if (stop.requested()) {
                return cancelled();
            }
            if (exceeded != null && choice.builtin()) {
                // It holds no model, so it does not stand in for one that there is no money for.
                break;
            }
            Exceeded here = spending.reserve(choice);
            if (here != null) {
                exceeded = here;
                plan = plan.without(choice, SkipReason.COST_OVER_BUDGET, here.detail());
                continue;
            }
            ChatOutcome outcome = tryBackend(choice);
            if (outcome != null) {
                return outcome;
            }
            if (context.deadline().passed()) {
                break;
            }
        }
        current = null;
        if (!attempts.isEmpty()) {
            return failed(allFailed());
        }
        return failed(exceeded != null ? exceeded.failure() : plan.noChoice());
    }

    /** How it ended if the reader left in the middle. */
    ChatOutcome abandoned() {
        spending.used(usage(null));
        return failed(SoniaException.of(ErrorCode.TIMEOUT, "The caller has gone"));
    }

    /** Calls one backend, and again as the profile allows; null if the next backend is to follow. */
    private @Nullable ChatOutcome tryBackend(Choice choice) {
        current = choice;
        int retries = plan.profile().retries();
        for (int attempt = 0; attempt <= retries; attempt++) {
            SoniaException failure;
            try (CallPlaces.Place _ = place(choice);
                    Trial trial =
                            new Trial(tools.quarantines(), choice.backend().toString(), context.origin())) {
                if (!trial.admitted()) {
                    plan = plan.without(choice, SkipReason.QUARANTINED, "its calls fail");
                    return null;
                }
                double before = millis();
                try {
                    ModelEnd end = call(choice);
                    trial.succeeded();
                    return answered(choice, end, before);
                } catch (SoniaException e) {
                    if (stop.requested()) {
                        attempts.add(attempt(choice, Outcome.CANCELLED, millis() - before));
                        spending.used(usage(null));
                        return cancelled();
                    }
                    note(choice, e, millis() - before);
                    if (!callersFault(e)) {
                        trial.failed(e.code(), millis() - before);
                    }
                    failure = e;
                }
            }
            if (committed()) {
                spending.used(usage(null));
                return failed(broken(failure));
            }
            if (!REPEATABLE.contains(failure.code()) || attempt == retries || !pause(choice, attempt)) {
                return null;
            }
        }
        return null;
    }

    /** True if another call might not have failed: the prompt was too long, or the caller had no more time. */
    private boolean callersFault(SoniaException e) {
        return e.code() == ErrorCode.CONTEXT_TOO_LONG
                || (e.code() == ErrorCode.TIMEOUT && context.deadline().passed());
    }

    private ModelEnd call(Choice choice) {
        ModelCall call = new ModelCall(choice.model(), request, choice.withTools(), patience(choice));
        stop.beginWait();
        ModelEnd end;
        try {
            end = choice.entry().provider().chat(call, this::take);
        } finally {
            stop.endWait();
        }
        if (!committed()) {
            throw Answers.wrong("the model answered nothing");
        }
        return end;
    }

    private void take(ModelEvent event) {
        if (!committed()) {
            firstTokenMs = millis();
            reader.selected(decision());
        }
        switch (event) {
            case ModelEvent.Text said -> {
                if (text.length() + said.text().length() > MAX_TEXT) {
                    throw Answers.wrong("the answer is longer than " + MAX_TEXT + " characters");
                }
                text.append(said.text());
                reader.delta(deltas++, said.text());
            }
            case ModelEvent.Tool tool -> {
                calls.add(tool.call());
                reader.toolCall(tool.call());
            }
        }
    }

    private Patience patience(Choice choice) {
        Duration firstToken = firstToken(choice);
        boolean last = choice.equals(plan.choices().getLast());
        Duration left = context.deadline().left();
        Duration most = last || left.compareTo(RESERVE.multipliedBy(2)) < 0 ? left : left.minus(RESERVE);
        return new Patience(
                context.deadline(),
                firstToken.compareTo(most) < 0 ? firstToken : most,
                Duration.ofMillis(tools.config().get().idleTokenTimeoutMs()),
                tools.clock(),
                reader::waiting);
    }

    private Duration firstToken(Choice choice) {
        Integer own = choice.entry().config().firstTokenTimeoutMs();
        return Duration.ofMillis(own == null ? tools.config().get().firstTokenTimeoutMs() : own);
    }

    /** Waits before a repetition; false if the time left is too short for one and for the backends after it. */
    private boolean pause(Choice choice, int attempt) {
        ProfileConfig profile = plan.profile();
        double wait = profile.retryBaseMs() * Math.pow(profile.retryMultiplier(), attempt);
        Duration pause = Duration.ofMillis((long) Math.min(wait, profile.retryMaxMs()));
        Duration needed = pause.plus(RESERVE).plus(firstToken(choice));
        if (context.deadline().left().compareTo(needed) < 0) {
            return false;
        }
        try {
            stop.beginWait();
            tools.clock().sleep(pause);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            stop.endWait();
        }
    }

    private ChatOutcome answered(Choice choice, ModelEnd end, double before) {
        choice.backend().succeeded(firstTokenMs - before);
        choice.entry().callSucceeded();
        attempts.add(attempt(choice, Outcome.SUCCESS, millis() - before));
        Usage usage = usage(end.tokens());
        spending.used(usage);
        return answer(choice, end.reason(), usage);
    }

    private static Attempt attempt(Choice choice, Outcome outcome, double latencyMs) {
        return new Attempt(choice.backend().toString(), outcome, null, null, latencyMs);
    }

    private ChatOutcome answer(Choice choice, FinishReason reason, Usage usage) {
        return new ChatOutcome.Answered(new ChatAnswer(
                "success",
                choice.model(),
                choice.entry().name(),
                choice.backend().toString(),
                text.toString(),
                List.copyOf(calls),
                reason,
                usage,
                decision(),
                firstTokenMs,
                millis()));
    }

    /** What there is when its caller wants no more; a call that no backend was asked for has used up nothing. */
    private ChatOutcome cancelled() {
        boolean asked = attempts.stream().anyMatch(each -> each.outcome() == Outcome.CANCELLED);
        Choice choice = current == null ? plan.choices().getFirst() : current;
        return answer(choice, FinishReason.CANCELLED, asked ? usage(null) : new Usage(0, 0, 0L, false, true));
    }

    private CallPlaces.Place place(Choice choice) {
        stop.beginWait();
        try {
            return tools.places().enter(choice.backend(), context.deadline());
        } finally {
            stop.endWait();
        }
    }

    private void note(Choice choice, SoniaException e, double latencyMs) {
        choice.backend().failed();
        choice.entry().callFailed(e);
        tools.providers().probeSoon(choice.entry());
        Outcome outcome = committed() ? Outcome.INTERRUPTED : Outcome.FAILED;
        attempts.add(new Attempt(choice.backend().toString(), outcome, e.code().name(), e.text(), latencyMs));
    }

    private ChatOutcome failed(SoniaException failure) {
        return new ChatOutcome.Failed(decision(), failure, usage(null), text.toString());
    }

    /** The typed end of an answer that broke off, with what it had used up. */
    private SoniaException broken(SoniaException cause) {
        ErrorCode code = cause.code() == ErrorCode.TIMEOUT ? ErrorCode.TIMEOUT : ErrorCode.MODEL_FAILED;
        Usage partial = usage(null);
        return SoniaException.of(code, "The model's answer broke off: " + cause.text())
                .with("attempts", List.copyOf(attempts))
                .with("partial", Json.plain(partial))
                .with("partial_chars", text.length());
    }

    private SoniaException allFailed() {
        return SoniaException.of(context.deadline().passed() ? ErrorCode.TIMEOUT : sharedCode())
                .with("attempts", List.copyOf(attempts))
                .with("skipped", plan.skipped());
    }

    /** What all attempts failed with, if that says more than that they failed. */
    private ErrorCode sharedCode() {
        return sharedCode(attempts);
    }

    static ErrorCode sharedCode(List<Attempt> attempts) {
        for (ErrorCode code : List.of(ErrorCode.TIMEOUT, ErrorCode.CONTEXT_TOO_LONG)) {
            if (attempts.stream().allMatch(each -> code.name().equals(each.code()))) {
                return code;
            }
        }
        return ErrorCode.MODEL_FAILED;
    }

    private RouteDecision decision() {
        return plan.decision(
                current, attempts, context.trace().traceId(), tools.clock().now());
    }

    private Usage usage(ModelEnd.@Nullable Tokens counted) {
        Choice choice = current;
        boolean builtin = choice != null && choice.builtin();
        int asked = calls.isEmpty() ? 0 : Json.bytes(calls).length;
        int prompt = counted == null ? plan.ask().tokens() : counted.prompt();
        int completion = counted == null ? Ask.tokens((long) text.length() + asked) : counted.completion();
        BackendConfig price = choice == null ? null : choice.price();
        Long cost = price == null ? null : Long.valueOf(price.cost(prompt, completion));
        return new Usage(prompt, completion, cost, builtin, counted == null);
    }

    private boolean committed() {
        return !text.isEmpty() || !calls.isEmpty();
    }

    /** Since it began. */
    double millis() {
        return (tools.clock().nanoTime() - started) / 1e6;
    }
}
