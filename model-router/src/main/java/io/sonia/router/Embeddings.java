package io.sonia.router;

import io.sonia.contracts.router.EmbeddingAnswer;
import io.sonia.contracts.router.EmbeddingRequest;
import io.sonia.contracts.router.RouteDecision;
import io.sonia.contracts.router.Usage;
import io.sonia.journal.Journal;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Vectors for texts: bounded, within budgets, and put on record in one commit each. Texts are never recorded. */
final class Embeddings {

    private final Routing routing;
    private final Providers providers;
    private final ChatRun.Tools tools;
    private final Journal journal;
    private final Budgets budgets;
    private final ChatMetrics metrics;
    private final Decisions decisions;

    Embeddings(
            Routing routing,
            ChatRun.Tools tools,
            Journal journal,
            Budgets budgets,
            ChatMetrics metrics,
            Decisions decisions) {
        this.routing = routing;
        this.providers = tools.providers();
        this.tools = tools;
        this.journal = journal;
        this.budgets = budgets;
        this.metrics = metrics;
        this.decisions = decisions;
    }

    List<Route<?>> list() {
        return List.of(Route.of(Operation.MODEL_EMBED, EmbeddingRequest.class, EmbeddingAnswer.class, this::embed));
    }

    /**
     * Calls a model and returns its vectors, once the call is on record.
     *
     * @throws SoniaException OVERLOADED, NO_BACKEND_AVAILABLE, CONTEXT_TOO_LONG, BUDGET_EXCEEDED, MODEL_FAILED or
     *     TIMEOUT
     */
    private Reply embed(Call<EmbeddingRequest> call) {
        EmbeddingRequest request = call.input();
        long began = tools.clock().nanoTime();
        String user = call.caller().principal();
        Plan routed = routing.plan(ask(request));
        Plan plan = routed.knowing(budgets.left(null, user, routed.backends()));
        int tokens =
                Ask.tokens(request.input().stream().mapToLong(String::length).sum());
        try (CallPlaces.Place _ = tools.places().enter(call.context().deadline());
                Spending spending = new Spending(budgets, journal, null, user, tokens, 0)) {
            EmbeddingRun run = new EmbeddingRun(request, call.context(), plan, tools, spending, tokens);
            EmbeddingRun.End end = run.run();
            record(call, end, spending, (tools.clock().nanoTime() - began) / 1e6);
            return switch (end) {
                case EmbeddingRun.Answered answered -> Reply.ok(answered.answer());
                case EmbeddingRun.Failed failed -> throw failed.failure();
            };
        }
    }

    /** A name that begins with a provider's goes to that provider; any other one to whoever lists it. */
    private Ask ask(EmbeddingRequest request) {
        String wanted = request.model();
        if (wanted == null) {
            return Ask.of(request, null, null);
        }
        BackendName name = BackendName.of(wanted);
        return providers.find(name.provider()).isPresent()
                ? Ask.of(request, name.provider(), name.model())
                : Ask.of(request, null, wanted);
    }

    private void record(Call<EmbeddingRequest> call, EmbeddingRun.End end, Spending spending, double millis) {
        metrics.called(end.decision().attempts());
        if (end instanceof EmbeddingRun.Answered answered) {
            metrics.used(answered.answer().provider(), answered.answer().usage());
        }
        AuditEvent event = event(call, end);
        RouteDecision.Outcome came = end instanceof EmbeddingRun.Answered
                ? RouteDecision.Outcome.SUCCESS
                : Decisions.unanswered(end.decision());
        journal.commit(tx -> {
            spending.settle(tx);
            decisions.keep(tx, end.decision(), came, millis);
            return tx.audit(event);
        });
        spending.settled();
    }

    private static AuditEvent event(Call<EmbeddingRequest> call, EmbeddingRun.End end) {
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        detail.put("profile", end.decision().profile());
        detail.put("reason_code", end.decision().reasonCode().wireName());
        detail.put("attempts", end.decision().attempts().size());
        detail.put("texts", call.input().input().size());
        detail.put("input_sha256", Sha256.hex(Json.bytes(call.input().input())));
        ErrorCode code = ErrorCode.OK;
        switch (end) {
            case EmbeddingRun.Answered answered -> {
                EmbeddingAnswer answer = answered.answer();
                Usage usage = answer.usage();
                detail.put("dimensions", answer.dimensions());
                detail.put("prompt_tokens", usage.promptTokens());
                detail.put("estimated", usage.estimated());
                detail.put("cost_micro", usage.costMicro());
            }
            case EmbeddingRun.Failed failed -> code = failed.failure().code();
        }
        String backend = end.decision().selectedBackend();
        AuditEvent event = call.audit().outcome(code).detail(detail);
        return backend == null ? event : event.about("backend", backend);
    }
}
