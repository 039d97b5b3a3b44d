package io.sonia.gateway;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.contracts.evaos.GateRequest;
import io.sonia.contracts.memory.HistoryAppend;
import io.sonia.contracts.memory.HistoryStored;
import io.sonia.contracts.memory.SearchHit;
import io.sonia.contracts.memory.SearchMode;
import io.sonia.contracts.memory.StoreAnswer;
import io.sonia.contracts.openclaw.CheckAnswer;
import io.sonia.contracts.openclaw.Execution;
import io.sonia.contracts.openclaw.ExecutionError;
import io.sonia.contracts.openclaw.ExecutionState;
import io.sonia.contracts.openclaw.SideEffect;
import io.sonia.contracts.openclaw.ToolCard;
import io.sonia.contracts.openclaw.ToolList;
import io.sonia.contracts.openclaw.Verification;
import io.sonia.contracts.router.ChatAnswer;
import io.sonia.contracts.router.FinishReason;
import io.sonia.contracts.router.RouteDecision;
import io.sonia.contracts.router.RoutePolicy;
import io.sonia.contracts.router.TaskType;
import io.sonia.contracts.router.ToolCall;
import io.sonia.contracts.router.Usage;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Reply;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What the services behind the gateway answer. */
final class Answers {

    static final Map<String, Object> RESULT = Map.of("done", "yes");

    /** What a run that was cancelled had come to. */
    static final Map<String, Object> HALF = Map.of("done", "half");

    static final SideEffect PARTIAL = new SideEffect("file", "docs/half.txt", null, null);

    private Answers() {}

    static ChatAnswer text(String text) {
        return answer(text, List.of(), FinishReason.STOP);
    }

    static ChatAnswer asking(List<ToolCall> calls) {
        return answer("", calls, FinishReason.TOOL_CALLS);
    }

    /** An answer that would like to go on. */
    static ChatAnswer wantingMore(String text, ToolCall call) {
        return answer(text, List.of(call), FinishReason.TOOL_CALLS);
    }

    static ToolCall call(String id, String tool) {
        return new ToolCall(id, tool, Map.of("path", "docs"));
    }

    static StoreAnswer stored(String id, String type) {
        StoreAnswer.Indexed indexed = new StoreAnswer.Indexed(StoreAnswer.IndexState.DONE, null);
        return new StoreAnswer("stored", id, type, Behind.TIME, false, indexed);
    }

    /** The turn is in the history. */
    static Reply kept(Call<HistoryAppend> call) {
        return Reply.ok(new HistoryStored("stored", call.input().turnId(), 1));
    }

    static SearchHit memory(String id, String content) {
        return new SearchHit(
                id,
                "turn_raw",
                content,
                Map.of(),
                Behind.TIME,
                0.5,
                SearchMode.KEYWORD,
                new SearchHit.Components(0.5, null));
    }

    private static ChatAnswer answer(String text, List<ToolCall> calls, FinishReason reason) {
        RouteDecision route = new RouteDecision(
                "trace",
                TaskType.TEXT,
                "chat_low_latency",
                "lab/small",
                "lab",
                "small",
                RouteDecision.Reason.PROFILE_MATCH,
                List.of(),
                List.of(),
                List.of(),
                1,
                RoutePolicy.CLOUD_ALLOWED,
                List.of(),
                Behind.TIME,
                List.of());
        return new ChatAnswer(
                "success",
                "small",
                "lab",
                "lab/small",
                text,
                calls,
                reason,
                new Usage(3, 2, null, false, true),
                route,
                1,
                2);
    }

    static Approval approval(String approvalId, GateRequest request) {
        GateRequest.CallContext context = request.context();
        return new Approval(
                approvalId,
                ApprovalState.PENDING,
                request.toolName(),
                request.args(),
                String.valueOf(context.summary()),
                "digest",
                Behind.tier(request.toolName()),
                "rule_1",
                "pol_1",
                new Approval.Requester(Keys.OPERATOR, "operator", "api-gateway"),
                context.sessionId(),
                context.turnId(),
                context.actionId(),
                "req_1",
                1,
                1,
                List.of(),
                Behind.TIME,
                Behind.TIME.plusSeconds(120),
                120,
                120,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                context.tainted());
    }

    static Approval decided(Approval asked, ApprovalState state, String supersededBy) {
        return new Approval(
                asked.approvalId(),
                state,
                asked.toolName(),
                asked.args(),
                asked.summary(),
                asked.digest(),
                asked.riskTier(),
                asked.ruleId(),
                asked.policyVersion(),
                asked.requester(),
                asked.sessionId(),
                asked.turnId(),
                asked.actionId(),
                asked.correlationId(),
                asked.fenceToken(),
                1,
                List.of(),
                asked.createdAt(),
                asked.expiresAt(),
                120,
                120,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                supersededBy,
                asked.tainted());
    }

    static ToolList tools() {
        List<ToolCard> cards = Stream.of(Behind.HARMLESS, Behind.GRANTED, Behind.CONFIRMED, Behind.FORBIDDEN)
                .map(name -> new ToolCard(
                        name,
                        name,
                        "does " + name,
                        Behind.tier(name),
                        Map.of("type", "object"),
                        Map.of("type", "object"),
                        1000,
                        2000,
                        true,
                        false,
                        false,
                        true,
                        true,
                        null,
                        "none",
                        List.of()))
                .toList();
        return new ToolList(cards, cards.size());
    }

    static CheckAnswer checked(RiskTier tier) {
        return new CheckAnswer(
                true,
                List.of(),
                tier,
                tier != RiskTier.SAFE_READ,
                tier != RiskTier.GUARDED_HIGH,
                CheckAnswer.Resolved.NOTHING);
    }

    static Execution execution(String executionId, ExecutionState state) {
        boolean succeeded = state == ExecutionState.SUCCEEDED;
        boolean failed = state == ExecutionState.FAILED;
        boolean cancelled = state == ExecutionState.CANCELLED;
        return new Execution(
                executionId,
                "tool",
                state,
                "digest",
                null,
                null,
                null,
                Keys.OPERATOR,
                "req_1",
                Behind.TIME,
                Behind.TIME,
                1.0,
                succeeded ? RESULT : cancelled ? HALF : null,
                cancelled ? List.of(PARTIAL) : List.of(),
                succeeded ? Verification.NOT_APPLICABLE : null,
                failed || cancelled
                        ? new ExecutionError("TOOL_FAILED", "it failed", Map.of("reason", state.name()))
                        : null,
                null);
    }
}
