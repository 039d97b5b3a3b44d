package io.sonia.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.contracts.gateway.Action;
import io.sonia.contracts.gateway.ActionAnswer;
import io.sonia.contracts.gateway.ActionPlan;
import io.sonia.contracts.gateway.ActionReconcile;
import io.sonia.contracts.gateway.ActionRequest;
import io.sonia.contracts.gateway.ActionState;
import io.sonia.contracts.gateway.CompletionReason;
import io.sonia.contracts.gateway.FailureClass;
import io.sonia.contracts.gateway.Session;
import io.sonia.contracts.gateway.SessionCreate;
import io.sonia.contracts.gateway.SessionStatus;
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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Actions along every edge of their life, through the whole gateway. */
class ActionsIT extends GatewayCase {

    @Test
    void aDryRunIsValidatedAndLeavesNothing() {
        ActionPlan plan = new ActionPlan(Behind.CONFIRMED, ARGS, 10_000, 0, null, true, Map.of());
        Action action = house.gateway.ask(Operation.ACTION_PLAN).body(plan).send(Action.class);
        assertThat(action.state()).isEqualTo(ActionState.VALIDATED);
        assertThat(behind.count(Operation.GATE)).isZero();
        assertThat(Refusal.of(() -> action(action.actionId())).code()).isEqualTo(ErrorCode.NOT_FOUND);
    }

    @Test
    void whatTheCheckRefusesIsNotStoredAndTheRefusalIsOnRecord() {
        behind.fail(Operation.EXECUTE_CHECK, SoniaException.of(ErrorCode.PATH_OUTSIDE_SANDBOX));
        assertThat(Refusal.of(() -> act(Behind.CONFIRMED, null)).code()).isEqualTo(ErrorCode.PATH_OUTSIDE_SANDBOX);
        assertThat(house.gateway.audited("action")).containsExactly(Behind.CONFIRMED);
        assertThat(house.gateway.audited("action.changed")).isEmpty();
    }

    @Test
    void whatPolicyDeniesIsOnRecordAsDenied() {
        SoniaException denied = Refusal.of(() -> act(Behind.FORBIDDEN, null));
        assertThat(denied.code()).isEqualTo(ErrorCode.POLICY_DENIED);
        Action action = action(String.valueOf(denied.details().get("action_id")));
        assertThat(action.state()).isEqualTo(ActionState.DENIED);
        assertThat(behind.count(Operation.EXECUTE)).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "APPROVED, SUCCEEDED",
        "DENIED, DENIED",
        "EXPIRED, EXPIRED",
        "CANCELLED, CANCELLED",
    })
    void aDecisionEndsTheWait(ApprovalState decision, ActionState end) throws Exception {
        ActionAnswer waiting = act(Behind.CONFIRMED, null);
        assertThat(waiting.status()).isEqualTo(ActionAnswer.Status.PENDING_APPROVAL);
        assertThat(action(waiting.actionId()).state()).isEqualTo(ActionState.PENDING_APPROVAL);
        behind.decide(behind.awaitApproval(), decision);
        assertThat(settled(waiting.actionId()).state()).isEqualTo(end);
        assertThat(behind.ran()).hasSize(decision == ApprovalState.APPROVED ? 1 : 0);
    }

    @Test
    void itIsExecutedFromTheStoredCallAndNotFromOneThatIsSentAgain() throws Exception {
        String actionId = keyed(ARGS).actionId();
        assertThat(Refusal.of(() -> keyed(Map.of("path", "elsewhere"))).code())
                .isEqualTo(ErrorCode.IDEMPOTENCY_MISMATCH);
        assertThat(keyed(ARGS).actionId()).isEqualTo(actionId);
        behind.decide(behind.awaitApproval(), ApprovalState.APPROVED);
        assertThat(settled(actionId).state()).isEqualTo(ActionState.SUCCEEDED);
        assertThat(behind.inputs(Operation.EXECUTE, ExecuteRequest.class))
                .extracting(ExecuteRequest::args)
                .containsExactly(ARGS);
        assertThat(behind.count(Operation.GATE)).isEqualTo(1);
    }

    @Test
    void aGrantThatHasExpiredEndsTheActionExpired() throws Exception {
        behind.fail(Operation.APPROVAL_GRANT, SoniaException.of(ErrorCode.APPROVAL_EXPIRED));
        assertThat(decided(ApprovalState.APPROVED).state()).isEqualTo(ActionState.EXPIRED);
        assertThat(behind.count(Operation.EXECUTE)).isZero();
    }

    @Test
    void aControlPlaneThatIsAwayForAMomentCostsNoGrant() throws Exception {
        behind.fail(Operation.APPROVAL_GRANT, SoniaException.of(ErrorCode.UNAVAILABLE));
        assertThat(decided(ApprovalState.APPROVED).state()).isEqualTo(ActionState.SUCCEEDED);
        assertThat(behind.count(Operation.APPROVAL_GRANT)).isEqualTo(2);
        assertThat(behind.ran()).containsExactly(Behind.CONFIRMED);
    }

    @Test
    void anApprovalThatIsWithdrawnBeforeItsGrantWasFetchedEndsTheActionCancelled() throws Exception {
        behind.intercept(Operation.APPROVAL_GRANT, call -> {
            behind.intercept(
                    Operation.APPROVAL_GET, next -> Reply.ok(Answers.decided(asked(), ApprovalState.CANCELLED, null)));
            throw SoniaException.of(ErrorCode.INVALID_STATE);
        });
        assertThat(decided(ApprovalState.APPROVED).state()).isEqualTo(ActionState.CANCELLED);
        assertThat(behind.count(Operation.EXECUTE)).isZero();
    }

    @Test
    void anAmendedCallRunsWithItsNewArgumentsOnceThoseAreApproved() throws Exception {
        String actionId = act(Behind.CONFIRMED, null).actionId();
        Map<String, Object> other = Map.of("path", "other");
        String amended = behind.amend(behind.awaitApproval(), other);
        assertThat(behind.count(Operation.EXECUTE)).isZero();
        behind.decide(amended, ApprovalState.APPROVED);
        Action action = settled(actionId);
        assertThat(action.state()).isEqualTo(ActionState.SUCCEEDED);
        assertThat(action.approvalId()).isEqualTo(amended);
        assertThat(behind.inputs(Operation.EXECUTE, ExecuteRequest.class))
                .extracting(ExecuteRequest::args)
                .containsExactly(other);
    }

    @Test
    void aToolThatRanOutOfTimeEndsTheActionSoWithWhatItHadDone() {
        behind.intercept(Operation.EXECUTE, call -> {
            String executionId = String.valueOf(((ExecuteRequest) call.input()).executionId());
            behind.recorded(failed(executionId, ErrorCode.TIMEOUT));
            throw SoniaException.of(ErrorCode.TIMEOUT).with("execution_id", executionId);
        });
        SoniaException late = Refusal.of(() -> act(Behind.GRANTED, null));
        assertThat(late.code()).isEqualTo(ErrorCode.TIMEOUT);
        Action action = action(String.valueOf(late.details().get("action_id")));
        assertThat(action.state()).isEqualTo(ActionState.TIMEOUT);
        assertThat(action.execution().sideEffects()).containsExactly(Answers.PARTIAL);
        assertThat(action.execution().failureClass()).isEqualTo(FailureClass.TIMEOUT);
    }

    @ParameterizedTest
    @CsvSource({"SUCCEEDED, SUCCEEDED", "FAILED, FAILED", ", SUCCEEDED"})
    void anUnknownOutcomeStaysSoUntilSomebodyFindsOut(ActionReconcile.Verdict verdict, ActionState end) {
        behind.intercept(Operation.EXECUTE, call -> {
            String executionId = String.valueOf(((ExecuteRequest) call.input()).executionId());
            behind.recorded(executionId, ExecutionState.OUTCOME_UNKNOWN);
            throw SoniaException.of(ErrorCode.UNAVAILABLE).with("dependency", "openclaw");
        });
        SoniaException lost = Refusal.of(() -> act(Behind.GRANTED, null));
        assertThat(lost.code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        String actionId = String.valueOf(lost.details().get("action_id"));
        assertThat(action(actionId).state()).isEqualTo(ActionState.OUTCOME_UNKNOWN);
        house.restart();
        assertThat(action(actionId).state()).isEqualTo(ActionState.OUTCOME_UNKNOWN);
        assertThat(behind.count(Operation.EXECUTE)).isEqualTo(1);
        assertThat(reconcile(actionId, verdict).state()).isEqualTo(end);
        assertThat(action(actionId).state()).isEqualTo(end);
        assertThat(Refusal.of(() -> reconcile(actionId, verdict)).code()).isEqualTo(ErrorCode.INVALID_STATE);
    }

    @Test
    void onlyReadsAreTriedAgain() {
        for (int i = 0; i < 6; i++) {
            behind.fail(Operation.EXECUTE, SoniaException.of(ErrorCode.TOOL_FAILED));
        }
        Action read = plan(Behind.HARMLESS, 2);
        assertThat(read.state()).isEqualTo(ActionState.FAILED);
        assertThat(read.execution().retriesUsed()).isEqualTo(2);
        assertThat(executed()).containsExactly(read.actionId(), read.actionId() + ".1", read.actionId() + ".2");
        Action granted = plan(Behind.GRANTED, 2);
        assertThat(granted.state()).isEqualTo(ActionState.FAILED);
        assertThat(granted.execution().retriesUsed()).isZero();
        assertThat(executed()).hasSize(4).endsWith(granted.actionId());
    }

    @Test
    void aReadThatWasRefusedForGoodIsNotTriedAgain() {
        behind.fail(Operation.EXECUTE, SoniaException.of(ErrorCode.PATH_OUTSIDE_SANDBOX));
        assertThat(plan(Behind.HARMLESS, 5).execution().failureClass()).isEqualTo(FailureClass.POLICY_DENIED);
        assertThat(executed()).hasSize(1);
    }

    @Test
    void aReadGetsBetterAtItsSecondTry() {
        behind.fail(Operation.EXECUTE, SoniaException.of(ErrorCode.OVERLOADED));
        Action read = plan(Behind.HARMLESS, 1);
        assertThat(read.state()).isEqualTo(ActionState.SUCCEEDED);
        assertThat(read.execution().retriesUsed()).isEqualTo(1);
    }

    @Test
    void closingASessionWithdrawsWhatWaitsInIt() throws Exception {
        String sessionId = session().sessionId();
        String inside = act(Behind.CONFIRMED, sessionId).actionId();
        String approval = behind.awaitApproval();
        String elsewhere = act(Behind.CONFIRMED, session().sessionId()).actionId();
        assertThat(closed(sessionId).status()).isEqualTo(SessionStatus.CLOSED);
        assertThat(settled(inside).state()).isEqualTo(ActionState.CANCELLED);
        assertThat(decision(approval)).isEqualTo(ApprovalState.CANCELLED);
        assertThat(action(elsewhere).state()).isEqualTo(ActionState.PENDING_APPROVAL);
    }

    @Test
    void aSessionThatRunsOutWithdrawsWhatWaitsInItOnceTheControlPlaneIsThere() throws Exception {
        String sessionId = session().sessionId();
        String actionId = act(Behind.CONFIRMED, sessionId).actionId();
        String approval = behind.awaitApproval();
        house.clock.forward(Duration.ofSeconds(31));
        behind.fail(Operation.APPROVAL_CANCEL, SoniaException.of(ErrorCode.UNAVAILABLE));
        house.gateway.sweep();
        assertThat(decision(approval)).isEqualTo(ApprovalState.PENDING);
        house.gateway.sweep();
        assertThat(decision(approval)).isEqualTo(ApprovalState.CANCELLED);
        assertThat(settled(actionId).state()).isEqualTo(ActionState.CANCELLED);
        assertThat(house.gateway.audited("session.expired")).containsExactly(sessionId);
        assertThat(closed(sessionId).status()).isEqualTo(SessionStatus.CLOSED);
    }

    @Test
    void waitingForAPersonIsNoFailureHoweverLongItTakes() {
        behind.modelAsks(Answers.call("call_1", Behind.CONFIRMED));
        Turn parked = house.gateway.turn("write it");
        house.clock.forward(Duration.ofMinutes(4));
        house.gateway.sweep();
        behind.decide(parked.pendingApprovals().getFirst().approvalId(), ApprovalState.APPROVED);
        Turn turn = house.gateway.await(parked.turnId(), TurnState.COMPLETED);
        assertThat(turn.quality().completionReason()).isEqualTo(CompletionReason.OK);
        assertThat(turn.latency().approvalWaitMs()).isGreaterThanOrEqualTo(240_000);
        assertThat(turn.latency().toolMs()).isLessThan(240_000);
        assertThat(behind.ran()).containsExactly(Behind.CONFIRMED);
    }

    private Session session() {
        SessionCreate wish = new SessionCreate(null, "default", "chat_low_latency", Map.of(), 1_800, 30);
        return house.gateway.ask(Operation.SESSION_CREATE).body(wish).send(Session.class);
    }

    private ApprovalState decision(String approvalId) {
        return house.gateway
                .ask(Operation.CONFIRMATION_GET)
                .path("confirmation_id", approvalId)
                .send(Approval.class)
                .state();
    }

    private Approval asked() {
        return Answers.approval(
                "apr_1",
                behind.inputs(Operation.GATE, io.sonia.contracts.evaos.GateRequest.class)
                        .getFirst());
    }

    private Action decided(ApprovalState decision) throws InterruptedException {
        String actionId = act(Behind.CONFIRMED, null).actionId();
        behind.decide(behind.awaitApproval(), decision);
        return settled(actionId);
    }

    private ActionAnswer keyed(Map<String, Object> args) {
        Answer<ActionAnswer> answer = house.gateway
                .ask(Operation.ACTION)
                .body(new ActionRequest(Behind.CONFIRMED, args, 10_000, null, 0, false))
                .idempotencyKey("key-1")
                .exchange(ActionAnswer.class);
        assertThat(answer.status()).isEqualTo(202);
        return answer.data();
    }

    private Action plan(String tool, int maxRetries) {
        ActionPlan plan = new ActionPlan(tool, ARGS, 10_000, maxRetries, null, false, Map.of());
        return house.gateway.ask(Operation.ACTION_PLAN).body(plan).send(Action.class);
    }

    private Action reconcile(String actionId, ActionReconcile.Verdict verdict) {
        return house.gateway
                .ask(Operation.ACTION_RECONCILE)
                .path("action_id", actionId)
                .body(new ActionReconcile(true, verdict, verdict == null ? null : "I looked"))
                .send(Action.class);
    }

    private static Execution failed(String executionId, ErrorCode code) {
        return new Execution(
                executionId,
                "tool",
                ExecutionState.FAILED,
                "digest",
                null,
                null,
                null,
                Keys.OPERATOR,
                "req_1",
                Behind.TIME,
                Behind.TIME,
                1.0,
                null,
                List.of(Answers.PARTIAL),
                null,
                new ExecutionError(code.name(), code.message(), Map.of()),
                null);
    }
}
