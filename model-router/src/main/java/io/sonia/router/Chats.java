package io.sonia.router;

import io.sonia.contracts.router.ChatAnswer;
import io.sonia.contracts.router.ChatRequest;
import io.sonia.contracts.router.FinishReason;
import io.sonia.contracts.router.RouteDecision;
import io.sonia.contracts.router.Usage;
import io.sonia.journal.Journal;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.StoredReply;
import io.sonia.kernel.json.Json;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Model calls: bounded, walked along their chain, and put on record in one commit each. Texts are never recorded. */
final class Chats {

    private final Routing routing;
    private final ChatRun.Tools tools;
    private final Journal journal;
    private final Budgets budgets;
    private final ChatMetrics metrics;
    private final RunningChats running;
    private final Decisions decisions;
    private final ResponseCache cache;

    Chats(Routing routing, ChatRun.Tools tools, Journal journal, Budgets budgets, Records records) {
        this.routing = routing;
        this.tools = tools;
        this.journal = journal;
        this.budgets = budgets;
        this.metrics = records.metrics();
        this.decisions = records.decisions();
        this.cache = records.cache();
        this.running = new RunningChats(journal);
    }

    /** Where it is noted what calls came to. */
    record Records(ChatMetrics metrics, Decisions decisions, ResponseCache cache) {}

    RunningChats running() {
        return running;
    }

    CallPlaces places() {
        return tools.places();
    }

    /** The plan for a call, made before anything is answered so that a wrong request is refused as one. */
    Plan plan(ChatRequest request) {
        return routing.plan(Ask.of(request));
    }

    /**
     * Calls a model and returns its whole answer, once the call is on record; a call that is to stop has the answer so far.
     *
     * @throws SoniaException CONFLICT, OVERLOADED, NO_BACKEND_AVAILABLE, CONTEXT_TOO_LONG, BUDGET_EXCEEDED,
     *     MODEL_FAILED or TIMEOUT
     */
    ChatAnswer chat(Call<ChatRequest> call, Plan plan, ChatReader reader, ChatStop stop) {
        String user = call.caller().principal();
        try (RunningChats.Entry _ = running.enter(call.input().cancelToken(), stop);
                CallPlaces.Place _ = tools.places().enter(call.context().deadline());
                Spending spending = new Spending(
                        budgets,
                        journal,
                        call.input().sessionId(),
                        user,
                        plan.ask().tokens(),
                        call.input().maxTokens())) {
            Plan known = plan.knowing(budgets.left(call.input().sessionId(), user, plan.backends()));
            String key = ResponseCache.key(user, call.input(), known);
            Optional<ChatAnswer> kept = key == null ? Optional.empty() : cache.find(key, known);
            if (kept.isPresent()) {
                return again(call, known, kept.get(), reader, spending);
            }
            ChatRun.Asked asked = new ChatRun.Asked(call.input(), call.context(), stop);
            ChatRun run = new ChatRun(asked, known, tools, spending, reader);
            ChatOutcome outcome = run(call, run, spending);
            return switch (outcome) {
                case ChatOutcome.Answered answered -> {
                    if (key != null) {
                        cache.keep(key, answered.answer());
                    }
                    yield answered.answer();
                }
                case ChatOutcome.Failed failed -> throw failed.failure();
            };
        }
    }

    /** Gives a former answer again; it costs nothing and is on record like any other. */
    private ChatAnswer again(Call<ChatRequest> call, Plan plan, ChatAnswer kept, ChatReader reader, Spending spending) {
        long started = tools.clock().nanoTime();
        RouteDecision decision = plan.cached(
                kept.selectedBackend(),
                call.context().trace().traceId(),
                tools.clock().now());
        reader.selected(decision);
        reader.delta(0, kept.response());
        double millis = (tools.clock().nanoTime() - started) / 1e6;
        ChatAnswer answer = new ChatAnswer(
                kept.status(),
                kept.model(),
                kept.provider(),
                kept.selectedBackend(),
                kept.response(),
                kept.toolCalls(),
                kept.finishReason(),
                new Usage(0, 0, 0L, false, false),
                decision,
                millis,
                millis);
        record(call, new ChatOutcome.Answered(answer), spending, millis);
        return answer;
    }

    private ChatOutcome run(Call<ChatRequest> call, ChatRun run, Spending spending) {
        try {
            ChatOutcome outcome = run.run();
            record(call, outcome, spending, run.millis());
            return outcome;
        } catch (UncheckedIOException readerGone) {
            record(call, run.abandoned(), spending, run.millis());
            throw readerGone;
        }
    }

    private void record(Call<ChatRequest> call, ChatOutcome outcome, Spending spending, double millis) {
        metrics.called(outcome.decision().attempts());
        if (outcome instanceof ChatOutcome.Answered answered) {
            metrics.used(answered.answer().provider(), answered.answer().usage());
        }
        AuditEvent event = event(call, outcome);
        boolean keep = call.idempotencyKey() != null && outcome instanceof ChatOutcome.Answered;
        byte[] reply = keep ? Json.bytes(((ChatOutcome.Answered) outcome).answer()) : new byte[0];
        journal.commit(tx -> {
            spending.settle(tx);
            decisions.keep(tx, outcome.decision(), came(outcome), millis);
            if (keep) {
                tx.remember(call.idempotencyKey(), new StoredReply(200, reply, null));
            }
            return tx.audit(event);
        });
        spending.settled();
    }

    private static RouteDecision.Outcome came(ChatOutcome outcome) {
        return switch (outcome) {
            case ChatOutcome.Answered answered ->
                answered.answer().finishReason() == FinishReason.CANCELLED
                        ? RouteDecision.Outcome.CANCELLED
                        : RouteDecision.Outcome.SUCCESS;
            case ChatOutcome.Failed failed -> Decisions.unanswered(failed.decision());
        };
    }

    private static AuditEvent event(Call<ChatRequest> call, ChatOutcome outcome) {
        Usage usage = null;
        String said = null;
        ErrorCode code = ErrorCode.OK;
        switch (outcome) {
            case ChatOutcome.Answered answered -> {
                usage = answered.answer().usage();
                said = answered.answer().response()
                        + Json.text(answered.answer().toolCalls());
            }
            case ChatOutcome.Failed failed -> {
                usage = failed.partial();
                said = failed.text();
                code = failed.failure().code();
            }
        }
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        detail.put("profile", outcome.decision().profile());
        detail.put("reason_code", outcome.decision().reasonCode().wireName());
        detail.put("attempts", outcome.decision().attempts().size());
        detail.put("prompt_tokens", usage.promptTokens());
        detail.put("completion_tokens", usage.completionTokens());
        detail.put("estimated", usage.estimated());
        detail.put("cost_micro", usage.costMicro());
        detail.put("session_id", call.input().sessionId());
        detail.put("prompt_sha256", Sha256.hex(Json.bytes(call.input().messages())));
        detail.put("answer_sha256", Sha256.hex(said));
        String backend = outcome.decision().selectedBackend();
        AuditEvent event = call.audit().outcome(code).detail(detail);
        return backend == null ? event : event.about("backend", backend);
    }
}
