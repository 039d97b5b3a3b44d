package io.sonia.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.gateway.Action;
import io.sonia.contracts.gateway.ActionState;
import io.sonia.contracts.gateway.CompletionReason;
import io.sonia.contracts.gateway.SessionStatus;
import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnCancelled;
import io.sonia.contracts.gateway.TurnState;
import io.sonia.contracts.router.ChatCancel;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Answer;
import io.sonia.kernel.http.Operation;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Turns that are stopped, wherever they are on their way. */
class TurnCancelIT extends GatewayCase {

    @Test
    void cancellingStopsAModelThatIsStillThinking() throws Exception {
        Hold thinking = behind.holdBefore(Operation.MODEL_CHAT);
        Future<Answer<Turn>> asked = asking("hello");
        thinking.awaitReached();
        String turnId = house.gateway.audited("turn.started").getFirst();
        TurnCancelled cancelled = house.gateway.cancel(turnId);
        assertThat(cancelled.state()).isEqualTo(TurnState.CANCELLED);
        assertThat(cancelled.stopped()).isEqualTo(new TurnCancelled.Stopped(true, false));
        assertThat(asked.get(10, TimeUnit.SECONDS).data().state()).isEqualTo(TurnState.CANCELLED);
        Turn turn = house.gateway.get(turnId);
        assertThat(turn.quality().completionReason()).isEqualTo(CompletionReason.CANCELLED);
        assertThat(turn.assistantText()).isNull();
        assertThat(behind.inputs(Operation.MODEL_CANCEL, ChatCancel.class))
                .containsExactly(new ChatCancel(behind.asked().getFirst().cancelToken()));
        assertThat(house.gateway.audited("turn.cancelled")).containsExactly(turnId);
        assertThat(house.gateway.turn("another").state()).isEqualTo(TurnState.COMPLETED);
    }

    @Test
    void cancellingATurnThatWaitsForAPersonWithdrawsTheApproval() {
        behind.modelAsks(Answers.call("call_1", Behind.CONFIRMED));
        Turn parked = house.gateway.turn("write it");
        TurnCancelled cancelled = house.gateway.cancel(parked.turnId());
        assertThat(cancelled.state()).isEqualTo(TurnState.CANCELLED);
        assertThat(cancelled.stopped()).isEqualTo(new TurnCancelled.Stopped(false, true));
        assertThat(behind.count(Operation.APPROVAL_CANCEL)).isEqualTo(1);
        String actionId = parked.toolCalls().getFirst().actionId();
        Action action = house.gateway
                .ask(Operation.ACTION_GET)
                .path("action_id", actionId)
                .query("wait_ms", 10_000)
                .send(Action.class);
        assertThat(action.state()).isEqualTo(ActionState.CANCELLED);
        assertThat(behind.count(Operation.EXECUTE)).isZero();
        assertThat(behind.count(Operation.MODEL_CHAT)).isEqualTo(1);
        assertThat(house.gateway.turn("another").state()).isEqualTo(TurnState.COMPLETED);
    }

    @ParameterizedTest
    @ValueSource(strings = {Behind.HARMLESS, Behind.GRANTED})
    void cancellingEndsTheToolThatRuns(String tool) throws Exception {
        behind.modelAsks(Answers.call("call_1", tool));
        Hold running = behind.holdBefore(Operation.EXECUTE);
        Hold ending = behind.holdBefore(Operation.EXECUTION_CANCEL);
        Future<Answer<Turn>> asked = asking("do it");
        running.awaitReached();
        String turnId = house.gateway.audited("turn.started").getFirst();
        Future<TurnCancelled> cancelling = meanwhile(() -> house.gateway.cancel(turnId));
        ending.awaitReached();
        running.release();
        assertThat(asked.get(10, TimeUnit.SECONDS).data().state()).isEqualTo(TurnState.CANCELLED);
        ending.release();
        TurnCancelled cancelled = cancelling.get(10, TimeUnit.SECONDS);
        assertThat(cancelled.state()).isEqualTo(TurnState.CANCELLED);
        assertThat(cancelled.stopped()).isEqualTo(new TurnCancelled.Stopped(false, true));
        assertThat(behind.count(Operation.MODEL_CHAT)).isEqualTo(1);
    }

    @Test
    void aTurnThatHasItsAnswerCannotBeCancelledWhileItIsRemembered() throws Exception {
        Hold storing = behind.holdBefore(Operation.MEMORY_STORE);
        Future<Answer<Turn>> asked = asking("hello");
        storing.awaitReached();
        String turnId = house.gateway.audited("turn.completed").getFirst();
        assertThat(Refusal.of(() -> house.gateway.cancel(turnId)).code()).isEqualTo(ErrorCode.INVALID_STATE);
        storing.release();
        assertThat(asked.get(10, TimeUnit.SECONDS).data().memory().written()).isTrue();
    }

    @Test
    void aSessionCanBeClosedWhileItsLastTurnIsRemembered() throws Exception {
        Hold storing = behind.holdBefore(Operation.MEMORY_STORE);
        Future<Answer<Turn>> asked = asking("hello");
        storing.awaitReached();
        assertThat(closed(house.gateway.audited("session.created").getFirst()).status())
                .isEqualTo(SessionStatus.CLOSED);
        storing.release();
        assertThat(asked.get(10, TimeUnit.SECONDS).data().state()).isEqualTo(TurnState.COMPLETED);
    }

    @Test
    void closingASessionStopsItsTurn() throws Exception {
        Hold thinking = behind.holdBefore(Operation.MODEL_CHAT);
        Future<Answer<Turn>> asked = asking("hello");
        thinking.awaitReached();
        assertThat(closed(house.gateway.audited("session.created").getFirst()).status())
                .isEqualTo(SessionStatus.CLOSED);
        assertThat(asked.get(10, TimeUnit.SECONDS).data().state()).isEqualTo(TurnState.CANCELLED);
    }

    @Test
    void aCancelThatComesBeforeTheApprovalIsAskedForWithdrawsIt() throws Exception {
        behind.modelAsks(Answers.call("call_1", Behind.CONFIRMED));
        Hold judging = behind.holdBefore(Operation.GATE);
        Hold ending = behind.holdBefore(Operation.EXECUTION_CANCEL);
        Future<Answer<Turn>> asked = asking("write it");
        judging.awaitReached();
        String turnId = house.gateway.audited("turn.started").getFirst();
        Future<TurnCancelled> cancelling = meanwhile(() -> house.gateway.cancel(turnId));
        ending.awaitReached();
        judging.release();
        ending.release();
        assertThat(asked.get(10, TimeUnit.SECONDS).data().state()).isEqualTo(TurnState.CANCELLED);
        assertThat(cancelling.get(10, TimeUnit.SECONDS).state()).isEqualTo(TurnState.CANCELLED);
        assertThat(behind.count(Operation.APPROVAL_CANCEL)).isEqualTo(1);
        assertThat(house.gateway.audited("turn.waiting")).isEmpty();
    }

    @Test
    void aTurnThatIsOverCannotBeCancelled() {
        Turn turn = house.gateway.turn("hello");
        SoniaException refused = Refusal.of(() -> house.gateway.cancel(turn.turnId()));
        assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_STATE);
        assertThat(refused.details()).containsEntry("state", "completed");
        assertThat(Refusal.of(() -> house.gateway.cancel("turn_unknown")).code())
                .isEqualTo(ErrorCode.NOT_FOUND);
    }
}
