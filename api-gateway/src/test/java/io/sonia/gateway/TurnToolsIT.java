package io.sonia.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.contracts.evaos.GateRequest;
import io.sonia.contracts.gateway.Action;
import io.sonia.contracts.gateway.ActionState;
import io.sonia.contracts.gateway.CallStatus;
import io.sonia.contracts.gateway.CompletionReason;
import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnRequest;
import io.sonia.contracts.gateway.TurnState;
import io.sonia.contracts.openclaw.ExecuteRequest;
import io.sonia.contracts.router.ChatMessage;
import io.sonia.contracts.router.ChatRequest;
import io.sonia.contracts.router.MessageRole;
import io.sonia.contracts.router.ToolReport;
import io.sonia.contracts.router.ToolSpec;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Answer;
import io.sonia.kernel.http.Operation;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tools of a turn: what the model asks for, what becomes of it and what it is told. */
class TurnToolsIT extends GatewayCase {

    @Test
    void aHarmlessToolRunsAndItsResultGoesBackToTheModel() {
        behind.modelAsks(Answers.call("call_1", Behind.HARMLESS));
        behind.modelSays("There is one file.");
        Turn turn = house.gateway.turn("list files");
        assertThat(turn.assistantText()).isEqualTo("There is one file.");
        assertThat(behind.ran()).containsExactly(Behind.HARMLESS);
        Turn.Result result = turn.toolResults().getFirst();
        assertThat(result.status()).isEqualTo(CallStatus.EXECUTED);
        assertThat(result.result()).isEqualTo(Answers.RESULT);
        assertThat(turn.quality().toolCallsExecuted()).isEqualTo(1);
        assertThat(report(behind.asked().getLast(), "call_1").status()).isEqualTo(ToolReport.Status.EXECUTED);
        assertThat(house.gateway.actions(turn.turnId()))
                .extracting(Action::state)
                .containsExactly(ActionState.SUCCEEDED);
    }

    @Test
    void aToolThatPolicyGrantsRunsWithTheGrant() {
        behind.modelAsks(Answers.call("call_1", Behind.GRANTED));
        Turn turn = house.gateway.turn("run it");
        ExecuteRequest executed =
                behind.inputs(Operation.EXECUTE, ExecuteRequest.class).getFirst();
        assertThat(executed.approvalToken()).isEqualTo("sgr_policy");
        assertThat(executed.executionId()).isEqualTo(turn.toolCalls().getFirst().actionId());
        assertThat(turn.toolCalls().getFirst().status()).isEqualTo(CallStatus.EXECUTED);
    }

    @Test
    void aToolThatPolicyForbidsIsNotRunAndTheModelIsTold() {
        behind.modelAsks(Answers.call("call_1", Behind.FORBIDDEN));
        Turn turn = house.gateway.turn("fetch it");
        assertThat(turn.state()).isEqualTo(TurnState.COMPLETED);
        assertThat(turn.toolCalls().getFirst().status()).isEqualTo(CallStatus.BLOCKED);
        assertThat(behind.count(Operation.EXECUTE)).isZero();
        ToolReport report = report(behind.asked().getLast(), "call_1");
        assertThat(report.status()).isEqualTo(ToolReport.Status.BLOCKED);
        assertThat(report.code()).isEqualTo("POLICY_DENIED");
    }

    @Test
    void aCallThatTheCheckRefusesNeverReachesTheGate() {
        behind.fail(Operation.EXECUTE_CHECK, SoniaException.of(ErrorCode.PATH_OUTSIDE_SANDBOX));
        behind.modelAsks(Answers.call("call_1", Behind.HARMLESS));
        Turn turn = house.gateway.turn("list files");
        assertThat(turn.toolCalls().getFirst().status()).isEqualTo(CallStatus.BLOCKED);
        assertThat(behind.count(Operation.GATE)).isZero();
        assertThat(report(behind.asked().getLast(), "call_1").code()).isEqualTo("PATH_OUTSIDE_SANDBOX");
    }

    @Test
    void aToolThatFailsIsToldToTheModelAndTheTurnGoesOn() {
        behind.fail(Operation.EXECUTE, SoniaException.of(ErrorCode.TOOL_FAILED));
        behind.modelAsks(Answers.call("call_1", Behind.GRANTED));
        Turn turn = house.gateway.turn("run it");
        assertThat(turn.state()).isEqualTo(TurnState.COMPLETED);
        assertThat(turn.toolCalls().getFirst().status()).isEqualTo(CallStatus.FAILED);
        assertThat(report(behind.asked().getLast(), "call_1").code()).isEqualTo("TOOL_FAILED");
    }

    @Test
    void severalCallsOfOneRoundAreAnsweredInOrder() {
        behind.modelAsks(Answers.call("a", Behind.HARMLESS), Answers.call("b", Behind.FORBIDDEN));
        Turn turn = house.gateway.turn("do both");
        assertThat(turn.toolCalls())
                .extracting(Turn.Call::status)
                .containsExactly(CallStatus.EXECUTED, CallStatus.BLOCKED);
        assertThat(turn.toolCalls()).extracting(Turn.Call::toolCallId).doesNotHaveDuplicates();
        assertThat(behind.asked().getLast().messages())
                .filteredOn(message -> message.role() == MessageRole.TOOL)
                .extracting(ChatMessage::toolCallId)
                .containsExactly("a", "b");
    }

    @Test
    void callIdsThatTheModelUsesAgainAreOtherCalls() {
        behind.modelAsks(Answers.call("same", Behind.GRANTED));
        behind.modelAsks(Answers.call("same", Behind.GRANTED));
        Turn turn = house.gateway.turn("twice");
        assertThat(turn.toolCalls())
                .extracting(Turn.Call::actionId)
                .doesNotHaveDuplicates()
                .hasSize(2);
        assertThat(behind.ran()).hasSize(2);
    }

    @Test
    void aCallThatNeedsAPersonParksTheTurnUntilTheDecision() {
        behind.modelAsks(Answers.call("call_1", Behind.CONFIRMED));
        behind.modelSays("Written.");
        Answer<Turn> parked = house.gateway.send(TurnRequest.of("write it", "default", 0), null);
        assertThat(parked.status()).isEqualTo(202);
        assertThat(parked.data().state()).isEqualTo(TurnState.AWAITING_APPROVAL);
        assertThat(parked.data().quality().completionReason()).isEqualTo(CompletionReason.APPROVAL_PENDING);
        Turn.Pending pending = parked.data().pendingApprovals().getFirst();
        assertThat(pending.toolName()).isEqualTo(Behind.CONFIRMED);
        assertThat(behind.count(Operation.EXECUTE)).isZero();
        behind.decide(pending.approvalId(), ApprovalState.APPROVED);
        Turn turn = house.gateway.await(parked.data().turnId(), TurnState.COMPLETED);
        assertThat(turn.assistantText()).isEqualTo("Written.");
        assertThat(turn.pendingApprovals()).isEmpty();
        assertThat(turn.quality().completionReason()).isEqualTo(CompletionReason.OK);
        assertThat(behind.ran()).containsExactly(Behind.CONFIRMED);
        assertThat(behind.inputs(Operation.EXECUTE, ExecuteRequest.class))
                .extracting(ExecuteRequest::approvalToken)
                .containsExactly("sgr_decided");
        assertThat(house.gateway.audited("turn.waiting")).containsExactly(turn.turnId());
    }

    @Test
    void aTurnMayWaitForTheDecisionBeforeItAnswers() throws Exception {
        behind.modelAsks(Answers.call("call_1", Behind.CONFIRMED));
        Future<Answer<Turn>> asked =
                meanwhile(() -> house.gateway.send(TurnRequest.of("write it", "default", 20_000), null));
        behind.decide(behind.awaitApproval(), ApprovalState.APPROVED);
        Answer<Turn> answer = asked.get(20, TimeUnit.SECONDS);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.data().state()).isEqualTo(TurnState.COMPLETED);
    }

    /** What goes on record after the decision: that the tool is about to run, and how it ended. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aStoreThatIsBusyForAMomentDelaysAToolAndNoMore(int commits) {
        behind.modelAsks(Answers.call("call_1", Behind.CONFIRMED));
        Turn parked = house.gateway.turn("write it");
        house.gateway.journal.failAfter(commits);
        behind.decide(parked.pendingApprovals().getFirst().approvalId(), ApprovalState.APPROVED);
        Turn turn = house.gateway.await(parked.turnId(), TurnState.COMPLETED);
        assertThat(house.gateway.journal.failed()).isTrue();
        assertThat(turn.toolCalls()).extracting(Turn.Call::status).containsExactly(CallStatus.EXECUTED);
        assertThat(behind.ran()).containsExactly(Behind.CONFIRMED);
        assertThat(behind.count(Operation.EXECUTE)).isEqualTo(1);
    }

    @Test
    void aDeniedCallIsNotRunAndTheModelIsTold() {
        Turn turn = decided(ApprovalState.DENIED);
        assertThat(turn.toolCalls().getFirst().status()).isEqualTo(CallStatus.DENIED);
        assertThat(turn.quality().completionReason()).isEqualTo(CompletionReason.DENIED);
        assertThat(report(behind.asked().getLast(), "call_1").status()).isEqualTo(ToolReport.Status.DENIED);
        assertThat(behind.count(Operation.EXECUTE)).isZero();
    }

    @Test
    void anExpiredCallIsNotRunAndTheModelIsTold() {
        Turn turn = decided(ApprovalState.EXPIRED);
        assertThat(turn.toolCalls().getFirst().status()).isEqualTo(CallStatus.EXPIRED);
        assertThat(report(behind.asked().getLast(), "call_1").status()).isEqualTo(ToolReport.Status.EXPIRED);
        assertThat(behind.count(Operation.EXECUTE)).isZero();
    }

    @Test
    void anAmendedCallTakesThePlaceOfTheOneThatWaited() {
        behind.modelAsks(Answers.call("call_1", Behind.CONFIRMED));
        Turn parked = house.gateway.turn("write it");
        Map<String, Object> other = Map.of("path", "other");
        String amended = behind.amend(parked.pendingApprovals().getFirst().approvalId(), other);
        behind.decide(amended, ApprovalState.APPROVED);
        Turn turn = house.gateway.await(parked.turnId(), TurnState.COMPLETED);
        assertThat(turn.pendingApprovals()).isEmpty();
        assertThat(turn.toolCalls()).extracting(Turn.Call::status).containsExactly(CallStatus.EXECUTED);
        assertThat(behind.inputs(Operation.EXECUTE, ExecuteRequest.class))
                .extracting(ExecuteRequest::args)
                .containsExactly(other);
    }

    @Test
    void theGateIsToldWhatAnApproverNeedsToKnow() {
        Turn turn = decided(ApprovalState.DENIED);
        GateRequest.CallContext context =
                behind.inputs(Operation.GATE, GateRequest.class).getFirst().context();
        assertThat(context.turnId()).isEqualTo(turn.turnId());
        assertThat(context.sessionId()).isEqualTo(turn.sessionId());
        assertThat(context.actionId()).isEqualTo(turn.toolCalls().getFirst().actionId());
        assertThat(context.summary()).contains(Behind.CONFIRMED).contains("docs");
    }

    @Test
    void onlyNamedToolsAreOfferedAndNoneWithoutRounds() {
        TurnRequest named =
                new TurnRequest("hello", null, "default", null, null, Map.of(), List.of(Behind.HARMLESS), 4, 0);
        house.gateway.send(named, null);
        assertThat(behind.asked().getLast().tools()).extracting(ToolSpec::name).containsExactly(Behind.HARMLESS);
        house.gateway.send(TurnRequest.of("hello", "default", 0), null);
        assertThat(behind.asked().getLast().tools()).hasSize(4);
        house.gateway.send(new TurnRequest("hello", null, "default", null, null, Map.of(), null, 0, 0), null);
        assertThat(behind.asked().getLast().tools()).isEmpty();
    }

    @Test
    void afterTheLastRoundNoToolIsOfferedAnyMore() {
        behind.modelAsks(Answers.call("call_1", Behind.HARMLESS));
        behind.modelAsks(Answers.call("call_2", Behind.HARMLESS));
        SoniaException failure = Refusal.of(() -> house.gateway.send(oneRound(), null));
        // This model asked for a tool that was not offered and said nothing.
        assertThat(failure.code()).isEqualTo(ErrorCode.MODEL_FAILED);
        assertThat(behind.asked()).extracting(each -> each.tools().isEmpty()).containsExactly(false, true);
        assertThat(behind.ran()).hasSize(1);
    }

    @Test
    void theLastAllowedRoundIsARoundLikeTheOthers() {
        behind.modelAsks(Answers.call("call_1", Behind.HARMLESS));
        behind.modelSays("One file.");
        Turn turn = house.gateway.send(oneRound(), null).data();
        assertThat(turn.quality().rounds()).isEqualTo(2);
        assertThat(turn.quality().completionReason()).isEqualTo(CompletionReason.OK);
    }

    @Test
    void aModelThatWantsMoreThanItsRoundsIsToldSoInTheReason() {
        behind.modelAsks(Answers.call("call_1", Behind.HARMLESS));
        behind.model(request -> Answers.wantingMore("One file so far.", Answers.call("call_2", Behind.HARMLESS)));
        Turn turn = house.gateway.send(oneRound(), null).data();
        assertThat(turn.assistantText()).isEqualTo("One file so far.");
        assertThat(turn.quality().completionReason()).isEqualTo(CompletionReason.MAX_ROUNDS);
        assertThat(behind.ran()).hasSize(1);
    }

    private static TurnRequest oneRound() {
        return new TurnRequest("again", null, "default", null, null, Map.of(), null, 1, 0);
    }

    @Test
    void moreCallsThanATurnMayMakeAreRefusedAndTheTurnIsAnswered() {
        for (int i = 0; i < 3; i++) {
            behind.modelAsks(Answers.call("a" + i, Behind.HARMLESS), Answers.call("b" + i, Behind.HARMLESS));
        }
        behind.modelSays("That is all.");
        Turn turn = house.gateway.turn("list everything");
        assertThat(turn.toolCalls())
                .extracting(Turn.Call::status)
                .containsExactly(
                        CallStatus.EXECUTED,
                        CallStatus.EXECUTED,
                        CallStatus.EXECUTED,
                        CallStatus.EXECUTED,
                        CallStatus.EXECUTED,
                        CallStatus.BLOCKED);
        assertThat(turn.quality().completionReason()).isEqualTo(CompletionReason.BUDGET);
        assertThat(behind.asked().getLast().tools()).isEmpty();
        assertThat(report(behind.asked().getLast(), "b2").code()).isEqualTo("BUDGET_EXCEEDED");
    }

    /** A call that needed a person, after the decision. */
    private Turn decided(ApprovalState decision) {
        behind.modelAsks(Answers.call("call_1", Behind.CONFIRMED));
        Turn parked = house.gateway.turn("write it");
        behind.decide(parked.pendingApprovals().getFirst().approvalId(), decision);
        return house.gateway.await(parked.turnId(), TurnState.COMPLETED);
    }

    /** What the model was told about a call it had asked for. */
    private static ToolReport report(ChatRequest request, String callId) {
        return request.messages().stream()
                .filter(message -> callId.equals(message.toolCallId()))
                .findFirst()
                .flatMap(message -> ToolReport.of(message.text()))
                .orElseThrow();
    }
}
