package io.sonia.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.gateway.Action;
import io.sonia.contracts.gateway.ActionAnswer;
import io.sonia.contracts.gateway.ActionRequest;
import io.sonia.contracts.gateway.ActionState;
import io.sonia.contracts.gateway.CallStatus;
import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnState;
import io.sonia.contracts.openclaw.ExecuteRequest;
import io.sonia.contracts.openclaw.Execution;
import io.sonia.contracts.openclaw.ExecutionError;
import io.sonia.contracts.openclaw.ExecutionState;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Answer;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How actions end when something comes between them and their result. */
class ActionEndsIT extends GatewayCase {

    @Test
    void aCancelledRunEndsItsActionCancelledWithWhatItHadDone() throws Exception {
        Hold running = behind.runUntilCancelled();
        Future<SoniaException> asked = meanwhile(() -> Refusal.of(() -> act(Behind.GRANTED, null)));
        running.awaitReached();
        Action cancelled = cancel(executed().getFirst());
        assertThat(cancelled.state()).isEqualTo(ActionState.CANCELLED);
        assertThat(cancelled.completedAt()).isNotNull();
        assertThat(cancelled.execution().sideEffects()).containsExactly(Answers.PARTIAL);
        assertThat(cancelled.execution().output()).isEqualTo(Answers.HALF);
        assertThat(asked.get(10, TimeUnit.SECONDS).code()).isEqualTo(ErrorCode.TOOL_FAILED);
        assertThat(Refusal.of(() -> cancel(cancelled.actionId())).code()).isEqualTo(ErrorCode.INVALID_STATE);
    }

    @Test
    void theToolOfACancelledTurnEndsItsActionCancelled() throws Exception {
        behind.modelAsks(Answers.call("call_1", Behind.GRANTED));
        Hold running = behind.runUntilCancelled();
        Future<Answer<Turn>> asked = asking("do it");
        running.awaitReached();
        String turnId = house.gateway.audited("turn.started").getFirst();
        assertThat(house.gateway.cancel(turnId).state()).isEqualTo(TurnState.CANCELLED);
        assertThat(asked.get(10, TimeUnit.SECONDS).data().state()).isEqualTo(TurnState.CANCELLED);
        assertThat(house.gateway.actions(turnId)).extracting(Action::state).containsExactly(ActionState.CANCELLED);
    }

    @Test
    void aToolWhoseOutcomeTheStoreWasTooBusyForEndsWithoutARestart() throws Exception {
        behind.modelAsks(Answers.call("call_1", Behind.GRANTED));
        Hold answering = behind.holdAnswer();
        Future<Answer<Turn>> asked = asking("do it");
        answering.awaitReached();
        house.gateway.journal.failAfter(0);
        answering.release();
        Turn turn = asked.get(20, TimeUnit.SECONDS).data();
        assertThat(house.gateway.journal.failed()).isTrue();
        assertThat(turn.toolCalls()).extracting(Turn.Call::status).containsExactly(CallStatus.EXECUTED);
        assertThat(house.gateway.actions(turn.turnId()))
                .extracting(Action::state)
                .containsExactly(ActionState.SUCCEEDED);
        assertThat(behind.ran()).containsExactly(Behind.GRANTED);
    }

    @Test
    void anActionAnswersItsResultThoughTheStoreWasTooBusyForIt() throws Exception {
        Hold answering = behind.holdAnswer();
        Future<ActionAnswer> asked = meanwhile(() -> act(Behind.GRANTED, null));
        answering.awaitReached();
        house.gateway.journal.failAfter(0);
        answering.release();
        ActionAnswer answer = asked.get(20, TimeUnit.SECONDS);
        assertThat(answer.status()).isEqualTo(ActionAnswer.Status.EXECUTED);
        assertThat(action(answer.actionId()).state()).isEqualTo(ActionState.SUCCEEDED);
    }

    @Test
    void anActionThatCouldNotBeRecordedIsNotRunAndLeavesNothing() throws Exception {
        Hold judging = behind.holdBefore(Operation.GATE);
        Future<SoniaException> asked = meanwhile(() -> Refusal.of(() -> keyed(house.gateway)));
        judging.awaitReached();
        house.gateway.journal.failAfter(0);
        judging.release();
        assertThat(asked.get(20, TimeUnit.SECONDS).code()).isEqualTo(ErrorCode.OVERLOADED);
        assertThat(behind.ran()).isEmpty();
        String actionId = behind.inputs(Operation.GATE, io.sonia.contracts.evaos.GateRequest.class)
                .getFirst()
                .context()
                .actionId();
        assertThat(Refusal.of(() -> action(actionId)).code()).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(keyed(house.gateway).data().status()).isEqualTo(ActionAnswer.Status.EXECUTED);
        assertThat(behind.ran()).containsExactly(Behind.GRANTED);
    }

    @Test
    void aKeyedActionThatACrashCutOffIsFoundAgainAndNotRunAgain() throws Exception {
        Hold answering = behind.holdAnswer();
        house.askInVain(life -> keyed(life));
        answering.awaitReached();
        house.crash();
        answering.drop();
        house.start();
        Answer<ActionAnswer> again = keyed(house.gateway);
        assertThat(again.data().status()).isEqualTo(ActionAnswer.Status.EXECUTED);
        assertThat(behind.ran()).containsExactly(Behind.GRANTED);
        assertThat(behind.count(Operation.EXECUTE)).isEqualTo(1);
        assertThat(keyed(house.gateway)).isEqualTo(again);
    }

    @Test
    void aKeyedActionThatFailedFailsTheSameAgainWithoutRunning() {
        behind.fail(Operation.EXECUTE, SoniaException.of(ErrorCode.TOOL_FAILED));
        SoniaException first = Refusal.of(() -> keyed(house.gateway));
        house.restart();
        SoniaException again = Refusal.of(() -> keyed(house.gateway));
        assertThat(again.code()).isEqualTo(first.code());
        assertThat(again.details()).isEqualTo(first.details());
        assertThat(behind.count(Operation.EXECUTE)).isEqualTo(1);
    }

    @Test
    void aKeyedReadThatFailedForAMomentRunsWhenItIsAskedForAgain() {
        behind.fail(Operation.EXECUTE, SoniaException.of(ErrorCode.STORAGE_UNAVAILABLE));
        SoniaException first = Refusal.of(() -> keyed(house.gateway, Behind.HARMLESS));
        assertThat(first.code()).isEqualTo(ErrorCode.STORAGE_UNAVAILABLE);
        Answer<ActionAnswer> again = keyed(house.gateway, Behind.HARMLESS);
        assertThat(again.data().status()).isEqualTo(ActionAnswer.Status.EXECUTED);
        assertThat(again.data().actionId()).isNotEqualTo(first.details().get("action_id"));
        assertThat(keyed(house.gateway, Behind.HARMLESS)).isEqualTo(again);
        assertThat(behind.ran()).containsExactly(Behind.HARMLESS);
    }

    @Test
    void aCallThatWasRefusedForAMomentIsAskedForAgainUnderTheSameId() {
        behind.fail(Operation.EXECUTE, SoniaException.of(ErrorCode.UNAVAILABLE).with("dependency", "eva-os"));
        ActionAnswer answer = act(Behind.GRANTED, null);
        assertThat(answer.status()).isEqualTo(ActionAnswer.Status.EXECUTED);
        assertThat(executed()).containsExactly(answer.actionId(), answer.actionId());
        assertThat(behind.ran()).containsExactly(Behind.GRANTED);
    }

    @Test
    void anExecutorThatIsAwayIsWaitedForAndAskedHowItEnded() {
        behind.intercept(Operation.EXECUTE, call -> {
            behind.recorded(
                    String.valueOf(((ExecuteRequest) call.input()).executionId()), ExecutionState.OUTCOME_UNKNOWN);
            throw away();
        });
        behind.fail(Operation.EXECUTION_GET, away());
        SoniaException end = Refusal.of(() -> act(Behind.GRANTED, null));
        assertThat(end.code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        assertThat(behind.count(Operation.EXECUTION_GET)).isEqualTo(2);
        assertThat(behind.count(Operation.EXECUTE)).isEqualTo(1);
    }

    @Test
    void aCallThatNeverReachedAnExecutorThatWasAwayIsRunOnceItIsThere() {
        behind.fail(Operation.EXECUTE, away());
        behind.fail(Operation.EXECUTION_GET, away());
        ActionAnswer answer = act(Behind.GRANTED, null);
        assertThat(answer.status()).isEqualTo(ActionAnswer.Status.EXECUTED);
        assertThat(behind.ran()).containsExactly(Behind.GRANTED);
    }

    private static SoniaException away() {
        return SoniaException.of(ErrorCode.UNAVAILABLE).with("dependency", "openclaw");
    }

    private static Answer<ActionAnswer> keyed(GatewayLife life) {
        return keyed(life, Behind.GRANTED);
    }

    private static Answer<ActionAnswer> keyed(GatewayLife life, String tool) {
        return life.ask(Operation.ACTION)
                .body(new ActionRequest(tool, ARGS, 10_000, null, 0, false))
                .idempotencyKey("key-1")
                .exchange(ActionAnswer.class);
    }

    @Test
    void anErrorThatOnlyTheExecutorKnowsIsAFailureOfADependency() {
        behind.fail(Operation.EXECUTE, SoniaException.of(ErrorCode.UNAVAILABLE).with("dependency", "openclaw"));
        behind.intercept(
                Operation.EXECUTION_GET, call -> Reply.ok(failedWith(call.path("execution_id"), "NO_CODE_OF_OURS")));
        SoniaException failure = Refusal.of(() -> act(Behind.GRANTED, null));
        assertThat(failure.code()).isEqualTo(ErrorCode.DEPENDENCY_FAILED);
        String actionId = String.valueOf(failure.details().get("action_id"));
        assertThat(action(actionId).state()).isEqualTo(ActionState.FAILED);
        assertThat(action(actionId).execution().error().code()).isEqualTo("DEPENDENCY_FAILED");
    }

    private static Execution failedWith(String executionId, String code) {
        Execution failed = Answers.execution(executionId, ExecutionState.FAILED);
        return new Execution(
                failed.executionId(),
                failed.toolName(),
                failed.state(),
                failed.argsDigest(),
                null,
                null,
                null,
                failed.actorId(),
                failed.correlationId(),
                failed.startedAt(),
                failed.finishedAt(),
                failed.durationMs(),
                null,
                List.of(),
                null,
                new ExecutionError(code, "?", Map.of()),
                null);
    }
}
