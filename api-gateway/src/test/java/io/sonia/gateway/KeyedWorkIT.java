package io.sonia.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.gateway.Action;
import io.sonia.contracts.gateway.ActionAnswer;
import io.sonia.contracts.gateway.ActionPlan;
import io.sonia.contracts.gateway.ActionReconcile;
import io.sonia.contracts.gateway.ActionRequest;
import io.sonia.contracts.gateway.ActionState;
import io.sonia.contracts.gateway.CancelRequest;
import io.sonia.contracts.gateway.DecideRequest;
import io.sonia.contracts.gateway.Decided;
import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnRequest;
import io.sonia.contracts.gateway.TurnState;
import io.sonia.contracts.openclaw.ExecuteAnswer;
import io.sonia.contracts.openclaw.ExecuteRequest;
import io.sonia.contracts.openclaw.ExecutionState;
import io.sonia.contracts.openclaw.Verification;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Answer;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Keyed requests that begin an effect elsewhere: whenever the gateway dies, a retry goes on with what was begun. */
class KeyedWorkIT extends GatewayCase {

    private static final String KEY = "key-1";
    private static final TurnRequest ASKED = TurnRequest.of("do it", "default", 0);

    @Test
    void anActionThatDiedBetweenItsEffectAndItsEndOnRecordGivesTheFirstEffectsResult() throws Exception {
        actionDiedWithItsAnswer();
        Answer<ActionAnswer> again = keyed(ARGS);
        assertThat(again.data().status()).isEqualTo(ActionAnswer.Status.EXECUTED);
        assertThat(again.data().actionId()).isEqualTo(executed().getFirst());
        assertThat(keyed(ARGS)).isEqualTo(again);
        assertThat(behind.ran()).containsExactly(Behind.GRANTED);
        assertThat(executed()).hasSize(1);
        assertThat(house.gateway.audited("action.changed"))
                .containsOnly(executed().getFirst());
    }

    @Test
    void anActionThatDiedBetweenItsEndOnRecordAndItsStoredAnswerGivesTheFirstEffectsResult() {
        house.gateway.journal.failAfter(2); // begun, ended
        assertThat(Refusal.of(() -> keyed(ARGS)).code()).isEqualTo(ErrorCode.OVERLOADED);
        house.restart();
        assertThat(keyed(ARGS).data().status()).isEqualTo(ActionAnswer.Status.EXECUTED);
        assertThat(behind.ran()).containsExactly(Behind.GRANTED);
        assertThat(behind.count(Operation.GATE)).isEqualTo(1);
    }

    @Test
    void aBodyThatChangedBetweenTheCrashAndTheRetryIsAMismatchAndRunsNothing() throws Exception {
        actionDiedWithItsAnswer();
        mismatch(() -> keyed(Map.of("path", "elsewhere")));
        assertThat(behind.ran()).hasSize(1);
        assertThat(house.gateway.audited("action")).hasSize(1);
    }

    @Test
    void anActionWhoseResultACrashHidIsOutcomeUnknownUntilItIsReconciled() throws Exception {
        actionDiedWithItsAnswer();
        behind.recorded(executed().getFirst(), ExecutionState.OUTCOME_UNKNOWN);
        SoniaException unknown = Refusal.of(() -> keyed(ARGS));
        assertThat(unknown.code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        assertThat(Refusal.of(() -> keyed(ARGS)).code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        house.gateway
                .ask(Operation.ACTION_RECONCILE)
                .path("action_id", executed().getFirst())
                .body(new ActionReconcile(true, null, null))
                .send(Action.class);
        assertThat(keyed(ARGS).data().status()).isEqualTo(ActionAnswer.Status.EXECUTED);
        assertThat(executed()).hasSize(1);
    }

    @Test
    void aPlannedActionThatDiedIsGoneOnWith() throws Exception {
        Hold hold = behind.holdAnswer();
        house.askInVain(life -> plan(life));
        crash(hold);
        Answer<Action> again = plan(house.gateway);
        assertThat(again.data().state()).isEqualTo(ActionState.SUCCEEDED);
        assertThat(plan(house.gateway)).isEqualTo(again);
        assertThat(behind.ran()).containsExactly(Behind.GRANTED);
    }

    @Test
    void anActionThatWaitsWhenTheGatewayDiesStillWaitsForTheSameApproval() throws Exception {
        house.gateway.journal.failAfter(1); // begun
        assertThat(Refusal.of(() -> keyed(Behind.CONFIRMED, ARGS)).code()).isEqualTo(ErrorCode.OVERLOADED);
        String approvalId = behind.awaitApproval();
        house.restart();
        Answer<ActionAnswer> again = keyed(Behind.CONFIRMED, ARGS);
        assertThat(again.status()).isEqualTo(202);
        assertThat(again.data().approval().approvalId()).isEqualTo(approvalId);
        assertThat(behind.count(Operation.GATE)).isEqualTo(1);
    }

    @Test
    void aTurnThatDiedBetweenItsEffectAndItsStoredAnswerIsOneTurnWithOneEffect() throws Exception {
        behind.modelAsks(Answers.call("call_1", Behind.GRANTED));
        Hold hold = behind.holdAnswer();
        house.askInVain(life -> life.send(ASKED, KEY));
        crash(hold);
        mismatch(() -> house.gateway.send(TurnRequest.of("do that", "default", 0), KEY));
        Answer<Turn> again = house.gateway.send(ASKED, KEY);
        assertThat(again.data().state()).isEqualTo(TurnState.COMPLETED);
        assertThat(house.gateway.audited("turn.started"))
                .containsExactly(again.data().turnId());
        assertThat(house.gateway.send(ASKED, KEY)).isEqualTo(again);
        assertThat(behind.ran()).containsExactly(Behind.GRANTED);
    }

    @Test
    void anApprovalThatDiedAfterTheDecisionGivesTheExecutionThatFollowedIt() throws Exception {
        String actionId = act(Behind.CONFIRMED, null).actionId();
        String approvalId = behind.awaitApproval();
        Hold hold = behind.holdAnswer();
        house.askInVain(life -> approve(life, approvalId));
        crash(hold);
        Answer<Decided> again = approve(house.gateway, approvalId);
        assertThat(again.data().executionState()).isEqualTo(ActionState.SUCCEEDED);
        assertThat(again.data().actionId()).isEqualTo(actionId);
        int asked = behind.count(Operation.APPROVE);
        assertThat(approve(house.gateway, approvalId)).isEqualTo(again);
        assertThat(behind.count(Operation.APPROVE)).isEqualTo(asked);
        assertThat(behind.ran()).containsExactly(Behind.CONFIRMED);
        assertThat(behind.seen(Operation.APPROVE))
                .extracting(Behind.Seen::idempotencyKey)
                .containsOnly(KEY);
    }

    @Test
    void aDecisionThatWasRefusedLeavesItsKeyFree() throws Exception {
        act(Behind.CONFIRMED, null);
        String approvalId = behind.awaitApproval();
        behind.fail(Operation.APPROVE, SoniaException.of(ErrorCode.STALE_FENCE));
        assertThat(Refusal.of(() -> approve(house.gateway, approvalId)).code()).isEqualTo(ErrorCode.STALE_FENCE);
        assertThat(keys()).isZero();
        behind.fail(Operation.APPROVE, SoniaException.of(ErrorCode.UNAVAILABLE));
        assertThat(Refusal.of(() -> approve(house.gateway, approvalId)).code()).isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(keys()).isEqualTo(1);
        assertThat(approve(house.gateway, approvalId).data().executionState()).isEqualTo(ActionState.SUCCEEDED);
    }

    @Test
    void anActionIsApprovedOnceUnderOneKey() throws Exception {
        String actionId = act(Behind.CONFIRMED, null).actionId();
        behind.awaitApproval();
        Answer<Action> first = approveAction(actionId);
        assertThat(first.data().state()).isEqualTo(ActionState.SUCCEEDED);
        assertThat(approveAction(actionId)).isEqualTo(first);
        assertThat(behind.count(Operation.APPROVE)).isEqualTo(1);
    }

    @Test
    void aCancellationWhoseAnswerWasLostIsAnsweredAsItWas() throws Exception {
        String actionId = act(Behind.CONFIRMED, null).actionId();
        behind.awaitApproval();
        house.gateway.journal.failAfter(2); // begun, the action's end
        assertThat(Refusal.of(() -> keyedCancel(actionId)).code()).isEqualTo(ErrorCode.OVERLOADED);
        house.restart();
        assertThat(keyedCancel(actionId).state()).isEqualTo(ActionState.CANCELLED);
        assertThat(behind.count(Operation.APPROVAL_CANCEL)).isEqualTo(1);
    }

    @Test
    void anActionIsMovedOnOnlyFromTheStateItWasReadIn() {
        Action done = action(act(Behind.GRANTED, null).actionId());
        SoniaException late = Refusal.of(() -> house.gateway.journal.commit(tx -> {
            new ActionStore(house.gateway.journal).put(tx, ActionState.EXECUTING, done);
            return done;
        }));
        assertThat(late.code()).isEqualTo(ErrorCode.CONFLICT);
    }

    @Test
    void anAnswerTooLargeToBeStoredIsReadFromTheActionAgain() {
        Map<String, Object> large = Map.of("text", "x".repeat(300_000));
        behind.intercept(
                Operation.EXECUTE,
                call -> Reply.ok(new ExecuteAnswer(
                        "executed",
                        Behind.GRANTED,
                        ((ExecuteRequest) call.input()).executionId(),
                        large,
                        List.of(),
                        Verification.NOT_APPLICABLE,
                        Behind.TIME,
                        Behind.TIME,
                        1)));
        Answer<ActionAnswer> first = keyed(ARGS);
        assertThat(first.data().result()).isEqualTo(large);
        assertThat(keyed(ARGS)).isEqualTo(first);
        house.restart();
        assertThat(keyed(ARGS)).isEqualTo(first);
        assertThat(executed()).hasSize(1);
    }

    @Test
    void anAnswerTooLargeToBeStoredIsReadFromTheTurnAgain() {
        behind.modelSays("x".repeat(300_000));
        Answer<Turn> first = house.gateway.send(ASKED, KEY);
        Answer<Turn> again = house.gateway.send(ASKED, KEY);
        assertThat(again.data().turnId()).isEqualTo(first.data().turnId());
        assertThat(again.data().assistantText()).isEqualTo(first.data().assistantText());
        assertThat(behind.count(Operation.MODEL_CHAT)).isEqualTo(1);
    }

    /** The tool has run, its answer never reached the gateway, and the gateway lives again. */
    private void actionDiedWithItsAnswer() throws Exception {
        Hold hold = behind.holdAnswer();
        house.askInVain(life -> keyed(life, Behind.GRANTED, ARGS));
        crash(hold);
    }

    private void crash(Hold hold) throws InterruptedException {
        hold.awaitReached();
        house.crash();
        hold.drop();
        house.start();
    }

    private Answer<ActionAnswer> keyed(Map<String, Object> args) {
        return keyed(Behind.GRANTED, args);
    }

    private Answer<ActionAnswer> keyed(String tool, Map<String, Object> args) {
        return keyed(house.gateway, tool, args);
    }

    private static Answer<ActionAnswer> keyed(GatewayLife life, String tool, Map<String, Object> args) {
        return life.ask(Operation.ACTION)
                .body(new ActionRequest(tool, args, 10_000, null, 0, false))
                .idempotencyKey(KEY)
                .exchange(ActionAnswer.class);
    }

    private static Answer<Action> plan(GatewayLife life) {
        return life.ask(Operation.ACTION_PLAN)
                .body(new ActionPlan(Behind.GRANTED, ARGS, 10_000, 0, null, false, Map.of()))
                .idempotencyKey(KEY)
                .exchange(Action.class);
    }

    private static Answer<Decided> approve(GatewayLife life, String approvalId) {
        return life.ask(Operation.CONFIRMATION_APPROVE)
                .path("confirmation_id", approvalId)
                .body(new DecideRequest(null, "fine", 10_000))
                .idempotencyKey(KEY)
                .exchange(Decided.class);
    }

    private Answer<Action> approveAction(String actionId) {
        return house.gateway
                .ask(Operation.ACTION_APPROVE)
                .path("action_id", actionId)
                .body(new DecideRequest(null, "fine", 10_000))
                .idempotencyKey(KEY)
                .exchange(Action.class);
    }

    private Action keyedCancel(String actionId) {
        return house.gateway
                .ask(Operation.ACTION_CANCEL)
                .path("action_id", actionId)
                .body(new CancelRequest("enough"))
                .idempotencyKey(KEY)
                .send(Action.class);
    }

    private long keys() {
        return house.gateway.journal.read(sql -> sql.number("SELECT count(*) FROM idempotency_keys"));
    }

    private static void mismatch(ThrowingCallable call) {
        SoniaException refused = Refusal.of(call);
        assertThat(refused.code()).isEqualTo(ErrorCode.IDEMPOTENCY_MISMATCH);
        assertThat(refused.details()).containsEntry("differs", "body");
    }
}
