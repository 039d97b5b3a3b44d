package io.sonia.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.contracts.gateway.CallStatus;
import io.sonia.contracts.gateway.CompletionReason;
import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnRequest;
import io.sonia.contracts.gateway.TurnState;
import io.sonia.contracts.openclaw.ExecutionState;
import io.sonia.contracts.router.ChatMessage;
import io.sonia.contracts.router.MessageRole;
import io.sonia.contracts.router.RecalledMemory;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.RestorePhase;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Turns that a crash cut off, wherever it did: the next life ends them and does nothing twice. */
class ResumeIT extends GatewayCase {

    private static final String KEY = "key-1";
    private static final TurnRequest REQUEST = TurnRequest.of("do it", "default", 0);

    @Test
    void aTurnThatHadOnlyBegunIsAnsweredInTheNextLife() throws Exception {
        String turnId = crashAt(behind.holdBefore(Operation.MEMORY_SEARCH));
        behind.modelSays("Done.");
        house.start();
        Turn turn = house.gateway.await(turnId, TurnState.COMPLETED);
        assertThat(turn.assistantText()).isEqualTo("Done.");
        assertThat(behind.count(Operation.MODEL_CHAT)).isEqualTo(1);
        assertThat(behind.count(Operation.MEMORY_STORE)).isEqualTo(1);
        assertThat(house.gateway.audited("turn.started")).containsExactly(turnId);
        assertThat(house.gateway.audited("turn.completed")).containsExactly(turnId);
    }

    @Test
    void aTurnWhoseModelWasThinkingIsAnsweredInTheNextLife() throws Exception {
        String turnId = crashAt(behind.holdBefore(Operation.MODEL_CHAT));
        house.start();
        house.gateway.await(turnId, TurnState.COMPLETED);
        assertThat(behind.count(Operation.MODEL_CHAT)).isEqualTo(2);
        assertThat(house.gateway.audited("turn.completed")).containsExactly(turnId);
    }

    @Test
    void theModelIsAskedInTheNextLifeAsItWasBefore() throws Exception {
        Hold hold = behind.holdBefore(Operation.MODEL_CHAT);
        house.askInVain(life -> life.ask(Operation.CHAT)
                .body(new io.sonia.contracts.gateway.ChatRequest(
                        "hello", null, null, "lab/tiny", "chat_low_latency", 0.1, 99))
                .exchange());
        String turnId = crashed(hold);
        house.start();
        house.gateway.await(turnId, TurnState.COMPLETED);
        assertThat(behind.asked()).hasSize(2);
        // Each call has a token of its own.
        assertThat(behind.asked().getLast().cancellable("t"))
                .isEqualTo(behind.asked().getFirst().cancellable("t"));
        assertThat(behind.asked().getLast().temperature()).isEqualTo(0.1);
    }

    /** As a store does that goes away just when a turn ends, and comes back. */
    @Test
    void aTurnThatNobodyRunsThoughItIsOpenOnRecordIsTakenUpInTheSameLife() {
        String turnId = house.gateway.turn("hello").turnId();
        String sessionId = house.gateway.get(turnId).sessionId();
        house.gateway.journal.commit(tx -> {
            tx.sql().update("DELETE FROM turn_steps WHERE kind = 'ended'");
            return tx.sql()
                    .update("UPDATE turns SET state = 'recalling',"
                            + " turn = replace(turn, '\"state\":\"completed\"', '\"state\":\"recalling\"')");
        });
        house.gateway.sweep();
        house.gateway.await(turnId, TurnState.COMPLETED);
        house.gateway.sweep();
        assertThat(house.gateway.audited("turn.completed")).containsExactly(turnId, turnId);
        assertThat(house.gateway.turn("and now?").sessionId()).isEqualTo(sessionId);
    }

    @Test
    void aResumedTurnHoldsItsSessionUntilItEnds() throws Exception {
        String turnId = crashAt(behind.holdBefore(Operation.MODEL_CHAT));
        Hold thinking = behind.holdBefore(Operation.MODEL_CHAT);
        house.start();
        thinking.awaitReached();
        assertThat(house.gateway.refusal(TurnRequest.of("and now?", "default", 0)))
                .isEqualTo("TURN_IN_PROGRESS");
        thinking.release();
        house.gateway.await(turnId, TurnState.COMPLETED);
        assertThat(house.gateway.turn("and now?").state()).isEqualTo(TurnState.COMPLETED);
        assertThat(house.gateway.audited("session.created")).hasSize(1);
    }

    @Test
    void whatWasRecalledAndAskedIsNotAskedForAgain() throws Exception {
        behind.memories = List.of(Answers.memory("mem_a", "the code is 4711"));
        behind.modelAsks(Answers.call("call_1", Behind.GRANTED));
        String turnId = crashAt(behind.holdBefore(Operation.EXECUTE_CHECK));
        behind.modelSays("Done.");
        house.start();
        Turn turn = house.gateway.await(turnId, TurnState.COMPLETED);
        assertThat(turn.assistantText()).isEqualTo("Done.");
        assertThat(turn.toolCalls()).extracting(Turn.Call::status).containsExactly(CallStatus.EXECUTED);
        assertThat(turn.memory().retrievedCount()).isEqualTo(1);
        assertThat(behind.count(Operation.MEMORY_SEARCH)).isEqualTo(1);
        assertThat(behind.count(Operation.MODEL_CHAT)).isEqualTo(2);
        assertThat(behind.ran()).containsExactly(Behind.GRANTED);
        List<ChatMessage> shown = behind.asked().getLast().messages();
        assertThat(shown)
                .flatExtracting(RecalledMemory::in)
                .extracting(RecalledMemory::id)
                .containsExactly("mem_a");
        assertThat(shown)
                .extracting(ChatMessage::role)
                .endsWith(MessageRole.USER, MessageRole.ASSISTANT, MessageRole.TOOL);
    }

    @Test
    void aToolWhoseAnswerGotLostIsNotRunAgain() throws Exception {
        behind.modelAsks(Answers.call("call_1", Behind.GRANTED));
        String turnId = crashAt(behind.holdAnswer());
        house.start();
        Turn turn = house.gateway.await(turnId, TurnState.COMPLETED);
        assertThat(turn.toolCalls()).extracting(Turn.Call::status).containsExactly(CallStatus.EXECUTED);
        assertThat(turn.toolResults().getFirst().result()).isEqualTo(Answers.RESULT);
        assertThat(behind.count(Operation.EXECUTE)).isEqualTo(1);
        assertThat(behind.ran()).containsExactly(Behind.GRANTED);
    }

    @ParameterizedTest
    @CsvSource({"STARTED, OUTCOME_UNKNOWN", "OUTCOME_UNKNOWN, OUTCOME_UNKNOWN", "FAILED, FAILED", "CLAIMED, FAILED"})
    void aToolThatTheCrashCutOffEndsAsTheExecutorSays(ExecutionState recorded, CallStatus status) throws Exception {
        behind.modelAsks(Answers.call("call_1", Behind.GRANTED));
        String turnId = crashAt(behind.holdAnswer());
        behind.recorded(executed().getFirst(), recorded);
        house.start();
        Turn turn = house.gateway.await(turnId, TurnState.COMPLETED);
        assertThat(turn.toolCalls()).extracting(Turn.Call::status).containsExactly(status);
        assertThat(behind.count(Operation.EXECUTE)).isEqualTo(1);
    }

    @Test
    void aToolThatTheExecutorNeverHeardOfHasFailedAndIsNotRun() throws Exception {
        behind.modelAsks(Answers.call("call_1", Behind.GRANTED));
        String turnId = crashAt(behind.holdBefore(Operation.EXECUTE));
        house.start();
        Turn turn = house.gateway.await(turnId, TurnState.COMPLETED);
        assertThat(turn.toolCalls()).extracting(Turn.Call::status).containsExactly(CallStatus.FAILED);
        assertThat(behind.ran()).isEmpty();
    }

    @Test
    void whatAPersonApprovedAndNobodyStartedIsStartedOnceFromTheStoredCall() throws Exception {
        Hold before = behind.holdBefore(Operation.EXECUTE);
        Turn parked = parked();
        behind.decide(parked.pendingApprovals().getFirst().approvalId(), ApprovalState.APPROVED);
        before.awaitReached();
        house.crash();
        before.drop();
        house.start();
        Turn turn = house.gateway.await(parked.turnId(), TurnState.COMPLETED);
        assertThat(turn.toolCalls()).extracting(Turn.Call::status).containsExactly(CallStatus.EXECUTED);
        assertThat(behind.ran()).containsExactly(Behind.CONFIRMED);
        assertThat(executed())
                .hasSize(2)
                .containsOnly(turn.toolCalls().getFirst().actionId());
    }

    @Test
    void whatWasApprovedAndNeverStartedHasFailedWhenItsGrantIsGone() throws Exception {
        Hold before = behind.holdBefore(Operation.EXECUTE);
        Turn parked = parked();
        behind.decide(parked.pendingApprovals().getFirst().approvalId(), ApprovalState.APPROVED);
        before.awaitReached();
        house.crash();
        before.drop();
        behind.fail(Operation.APPROVAL_GRANT, SoniaException.of(ErrorCode.APPROVAL_EXPIRED));
        house.start();
        Turn turn = house.gateway.await(parked.turnId(), TurnState.COMPLETED);
        assertThat(turn.toolCalls()).extracting(Turn.Call::status).containsExactly(CallStatus.FAILED);
        assertThat(behind.ran()).isEmpty();
    }

    @Test
    void whatIsListedIsTheSameInTheNextLife() {
        house.gateway.turn("hello");
        behind.model(request -> {
            throw SoniaException.of(ErrorCode.MODEL_FAILED);
        });
        assertThat(Refusal.of(() -> house.gateway.turn("and now?")).code()).isEqualTo(ErrorCode.MODEL_FAILED);
        act(Behind.GRANTED, null);
        act(Behind.CONFIRMED, null);
        parked();
        List<Map<String, Object>> before = lists();
        house.restart();
        assertThat(lists()).isEqualTo(before);
        assertThat(before).extracting(each -> each.get("total")).containsExactly(1L, 3L, 3L);
    }

    private List<Map<String, Object>> lists() {
        return Stream.of(Operation.SESSION_LIST, Operation.TURN_LIST, Operation.ACTION_LIST)
                .map(each -> house.gateway.ask(each).exchange().data())
                .toList();
    }

    @Test
    void whatIsTakenUpIsToldInItsOrder() {
        parked();
        house.restart();
        assertThat(house.gateway.restored())
                .containsExactly(
                        new RestorePhase("sessions", 1, 1),
                        new RestorePhase("confirmations", 2, 1),
                        new RestorePhase("turns", 3, 1));
    }

    @Test
    void aReadIsAskedForAgainUnderTheSameNameAndSoRunsOnce() throws Exception {
        behind.modelAsks(Answers.call("call_1", Behind.HARMLESS));
        String turnId = crashAt(behind.holdAnswer());
        house.start();
        house.gateway.await(turnId, TurnState.COMPLETED);
        assertThat(executed()).hasSize(2);
        assertThat(executed().getFirst()).isEqualTo(executed().getLast());
        assertThat(behind.ran()).containsExactly(Behind.HARMLESS);
    }

    @Test
    void ofTwoCallsTheFirstOneIsNotRunAgain() throws Exception {
        behind.modelAsks(Answers.call("a", Behind.GRANTED), Answers.call("b", Behind.FORBIDDEN));
        Hold first = behind.holdBefore(Operation.GATE);
        Hold second = behind.holdBefore(Operation.GATE);
        ask();
        first.awaitReached();
        first.release();
        String turnId = crashed(second);
        house.start();
        Turn turn = house.gateway.await(turnId, TurnState.COMPLETED);
        assertThat(turn.toolCalls())
                .extracting(Turn.Call::status)
                .containsExactly(CallStatus.EXECUTED, CallStatus.BLOCKED);
        assertThat(behind.ran()).containsExactly(Behind.GRANTED);
        assertThat(behind.count(Operation.EXECUTE)).isEqualTo(1);
    }

    @Test
    void aTurnThatWaitsForAPersonStillWaitsInTheNextLife() throws Exception {
        Turn parked = parked();
        house.restart();
        Turn waiting = house.gateway.await(parked.turnId(), TurnState.AWAITING_APPROVAL);
        assertThat(waiting.toolCalls()).isEqualTo(parked.toolCalls());
        assertThat(waiting.pendingApprovals()).isEqualTo(parked.pendingApprovals());
        behind.decide(parked.pendingApprovals().getFirst().approvalId(), ApprovalState.APPROVED);
        Turn turn = house.gateway.await(parked.turnId(), TurnState.COMPLETED);
        assertThat(turn.toolCalls()).extracting(Turn.Call::status).containsExactly(CallStatus.EXECUTED);
        assertThat(behind.ran()).containsExactly(Behind.CONFIRMED);
        assertThat(behind.count(Operation.GATE)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"APPROVED, EXECUTED", "DENIED, DENIED", "EXPIRED, EXPIRED"})
    void whatWasDecidedWhileNobodyWasThereCounts(ApprovalState decision, CallStatus status) {
        Turn parked = parked();
        house.crash();
        behind.decide(parked.pendingApprovals().getFirst().approvalId(), decision);
        house.start();
        Turn turn = house.gateway.await(parked.turnId(), TurnState.COMPLETED);
        assertThat(turn.toolCalls()).extracting(Turn.Call::status).containsExactly(status);
        assertThat(behind.count(Operation.EXECUTE)).isEqualTo(status == CallStatus.EXECUTED ? 1 : 0);
    }

    @Test
    void anApprovedCallRunsAlthoughTheControlPlaneWasAwayForAMoment() {
        Turn parked = parked();
        behind.fail(Operation.APPROVAL_GRANT, SoniaException.of(ErrorCode.UNAVAILABLE));
        behind.decide(parked.pendingApprovals().getFirst().approvalId(), ApprovalState.APPROVED);
        Turn turn = house.gateway.await(parked.turnId(), TurnState.COMPLETED);
        assertThat(turn.toolCalls()).extracting(Turn.Call::status).containsExactly(CallStatus.EXECUTED);
        assertThat(behind.ran()).containsExactly(Behind.CONFIRMED);
    }

    @Test
    void aWaitingTurnSurvivesSeveralLives() throws Exception {
        Turn parked = parked();
        house.restart();
        house.gateway.await(parked.turnId(), TurnState.AWAITING_APPROVAL);
        house.restart();
        house.gateway.await(parked.turnId(), TurnState.AWAITING_APPROVAL);
        behind.decide(parked.pendingApprovals().getFirst().approvalId(), ApprovalState.APPROVED);
        house.gateway.await(parked.turnId(), TurnState.COMPLETED);
        assertThat(behind.ran()).containsExactly(Behind.CONFIRMED);
    }

    @Test
    void aWaitingTurnCanBeCancelledInTheNextLife() throws Exception {
        Turn parked = parked();
        house.restart();
        house.gateway.await(parked.turnId(), TurnState.AWAITING_APPROVAL);
        assertThat(house.gateway.cancel(parked.turnId()).state()).isEqualTo(TurnState.CANCELLED);
        assertThat(behind.count(Operation.APPROVAL_CANCEL)).isEqualTo(1);
        assertThat(house.gateway.get(parked.turnId()).quality().completionReason())
                .isEqualTo(CompletionReason.CANCELLED);
    }

    @Test
    void anOrderlyStopLeavesAWaitingTurnForTheNextLife() {
        Turn parked = parked();
        house.gateway.close();
        behind.decide(parked.pendingApprovals().getFirst().approvalId(), ApprovalState.APPROVED);
        house.start();
        house.gateway.await(parked.turnId(), TurnState.COMPLETED);
        assertThat(behind.ran()).containsExactly(Behind.CONFIRMED);
        assertThat(behind.count(Operation.MODEL_CHAT)).isEqualTo(2);
    }

    @Test
    void theMemoriesOfACompletedTurnAreDeliveredInTheNextLife() throws Exception {
        Hold first = behind.holdBefore(Operation.MEMORY_STORE);
        String turnId = crashAt(first);
        first.drop();
        Hold again = behind.holdBefore(Operation.MEMORY_STORE);
        house.start();
        again.awaitReached();
        again.release();
        Turn turn = house.gateway.get(turnId);
        assertThat(turn.state()).isEqualTo(TurnState.COMPLETED);
        assertThat(behind.count(Operation.MODEL_CHAT)).isEqualTo(1);
        assertThat(behind.seen(Operation.MEMORY_STORE))
                .extracting(Behind.Seen::idempotencyKey)
                .doesNotContainNull()
                .containsOnly(behind.seen(Operation.MEMORY_STORE).getFirst().idempotencyKey())
                .hasSize(2);
    }

    @Test
    void aRepeatedRequestFindsTheTurnThatWasCutOff() throws Exception {
        String turnId = crashAt(behind.holdBefore(Operation.MODEL_CHAT));
        house.start();
        Turn repeated = house.gateway.send(REQUEST, KEY).data();
        assertThat(repeated.turnId()).isEqualTo(turnId);
        assertThat(repeated.state()).isEqualTo(TurnState.COMPLETED);
        assertThat(house.gateway.audited("turn.started")).containsExactly(turnId);
    }

    @Test
    void aTurnThatIsOverStaysAsItIs() {
        Turn turn = house.gateway.send(REQUEST, KEY).data();
        house.restart();
        Turn repeated = house.gateway.send(REQUEST, KEY).data();
        assertThat(repeated.turnId()).isEqualTo(turn.turnId());
        assertThat(repeated.assistantText()).isEqualTo(turn.assistantText());
        assertThat(behind.count(Operation.MODEL_CHAT)).isEqualTo(1);
    }

    /** Asks for a turn and lets the gateway crash once the call it leads to is where it is held. */
    private String crashAt(Hold hold) throws InterruptedException {
        ask();
        return crashed(hold);
    }

    private void ask() {
        house.askInVain(life -> life.send(REQUEST, KEY));
    }

    private String crashed(Hold hold) throws InterruptedException {
        hold.awaitReached();
        String turnId = house.gateway.audited("turn.started").getFirst();
        house.crash();
        return turnId;
    }

    private Turn parked() {
        behind.modelAsks(Answers.call("call_1", Behind.CONFIRMED));
        return house.gateway.send(REQUEST, null).data();
    }
}
