package io.sonia.gateway;

import io.sonia.contracts.gateway.CallStatus;
import io.sonia.contracts.gateway.CompletionReason;
import io.sonia.contracts.gateway.Session;
import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnState;
import io.sonia.contracts.router.ChatAnswer;
import io.sonia.contracts.router.RouteDecision;
import io.sonia.contracts.router.Usage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is known of a turn while it runs. Used by its own thread only; others see the {@link Turn}s it makes. */
final class TurnProgress {

    private final String turnId;
    private final Session session;
    private final Instant createdAt;
    private final Map<String, Turn.Call> calls = new LinkedHashMap<>();
    private final Map<String, Turn.Result> results = new LinkedHashMap<>();
    private final Map<String, Turn.Pending> pending = new LinkedHashMap<>();
    private final List<String> memoryIds = new ArrayList<>();

    TurnState state = TurnState.RECEIVED;

    @Nullable
    String assistantText;

    @Nullable
    CompletionReason reason;

    Turn.@Nullable Failure error;

    @Nullable
    Instant completedAt;

    boolean recallFailed;
    boolean memoryWritten;
    boolean memoryDeferred;
    int retrieved;
    int rounds;
    double recallMs;
    double modelMs;
    double toolMs;
    double waitMs;
    double memoryWriteMs;
    double totalMs;
    private boolean fallbackUsed;
    private @Nullable String profile;
    private @Nullable Usage usage;
    private @Nullable RouteDecision route;

    TurnProgress(String turnId, Session session, Instant createdAt) {
        this.turnId = turnId;
        this.session = session;
        this.createdAt = createdAt;
    }

    void answered(ChatAnswer answer) {
        rounds++;
        modelMs += answer.totalMs();
        route = answer.routeDecision();
        profile = answer.routeDecision().profile();
        fallbackUsed |= answer.routeDecision().attempts().size() > 1;
        Usage before = usage;
        Usage now = answer.usage();
        usage = before == null
                ? now
                : new Usage(
                        before.promptTokens() + now.promptTokens(),
                        before.completionTokens() + now.completionTokens(),
                        before.costMicro() == null || now.costMicro() == null
                                ? null
                                : before.costMicro() + now.costMicro(),
                        before.synthetic() && now.synthetic(),
                        before.estimated() || now.estimated());
    }

    void call(Turn.Call call) {
        calls.put(call.toolCallId(), call);
    }

    void waitsFor(Turn.Pending approval) {
        pending.put(approval.approvalId(), approval);
    }

    void noLongerWaits(@Nullable String approvalId) {
        pending.remove(String.valueOf(approvalId));
    }

    void result(Turn.Result result) {
        results.put(result.toolCallId(), result);
        Turn.Call call = calls.get(result.toolCallId());
        if (call != null) {
            calls.put(
                    call.toolCallId(),
                    new Turn.Call(
                            call.toolCallId(),
                            call.toolName(),
                            call.args(),
                            result.status(),
                            call.riskTier(),
                            call.approvalId(),
                            call.actionId()));
        }
    }

    int callCount() {
        return calls.size();
    }

    boolean has(CallStatus status) {
        return results.values().stream().anyMatch(each -> each.status() == status);
    }

    void written(List<String> ids) {
        memoryWritten = true;
        memoryDeferred = false;
        memoryIds.addAll(ids);
    }

    boolean usedFallback() {
        return fallbackUsed;
    }

    /** What others may see now. */
    Turn view() {
        int executed = (int) results.values().stream()
                .filter(each -> each.status() == CallStatus.EXECUTED)
                .count();
        return new Turn(
                turnId,
                session.sessionId(),
                session.userId(),
                session.conversationId(),
                state,
                assistantText,
                List.copyOf(calls.values()),
                List.copyOf(results.values()),
                List.copyOf(pending.values()),
                new Turn.MemoryUse(memoryWritten, retrieved, List.copyOf(memoryIds), memoryDeferred, recallFailed),
                new Turn.Quality(profile, fallbackUsed, calls.size(), executed, rounds, reason),
                new Turn.Latency(recallMs, modelMs, toolMs, waitMs, memoryWriteMs, totalMs),
                usage,
                route,
                createdAt,
                completedAt,
                error,
                0);
    }
}
