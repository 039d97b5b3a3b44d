package io.sonia.gateway;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.contracts.evaos.CancelRequest;
import io.sonia.contracts.evaos.GateAnswer;
import io.sonia.contracts.evaos.GateRequest;
import io.sonia.contracts.evaos.GrantAnswer;
import io.sonia.contracts.gateway.Action;
import io.sonia.contracts.gateway.ActionExecution;
import io.sonia.contracts.gateway.ActionReconcile;
import io.sonia.contracts.gateway.ActionState;
import io.sonia.contracts.gateway.FailureClass;
import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.openclaw.CheckAnswer;
import io.sonia.contracts.openclaw.CheckRequest;
import io.sonia.contracts.openclaw.Execution;
import io.sonia.contracts.openclaw.ReconcileRequest;
import io.sonia.journal.Journal;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Threads;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Deadline;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Governed tool calls: planned, checked, decided by EVA-OS, executed by OpenClaw from what was stored. A call that needs
 * a person waits in the journal and goes on after the decision, also across a restart.
 */
final class Actions {

    private static final Duration APPROVAL_POLL = Duration.ofSeconds(30);
    private static final int APPROVAL_POLL_WAIT_MS = 25_000;
    private static final Duration AFTER_LOST_PEER = Duration.ofMillis(500);
    private static final Duration CHECK_TIME = Duration.ofSeconds(2);
    private static final Duration GATE_TIME = Duration.ofSeconds(5);

    /**
     * What to do.
     *
     * @param actionId also names the run at OpenClaw; derived from the idempotency key if there is one
     * @param summary what an approver reads
     */
    record Plan(
            String actionId,
            String intent,
            Map<String, @Nullable Object> params,
            int timeoutMs,
            int maxRetries,
            @Nullable String sessionId,
            @Nullable String turnId,
            @Nullable String toolCallId,
            boolean dryRun,
            String summary) {}

    /** An action that ran, was refused, or waits; {@code approval} only if it waits. */
    record Started(Action action, @Nullable Approval approval) {}

    private final Journal journal;
    private final ActionStore store;
    private final Executor executor;
    private final Peer evaOs;
    private final Peer openclaw;
    private final Clock clock;
    private final Ids ids;
    private final Changes changes = new Changes();
    private final Map<String, Action> open = new ConcurrentHashMap<>();
    private volatile boolean closing;

    Actions(Journal journal, Peer evaOs, Peer openclaw, Clock clock, Ids ids) {
        this.journal = journal;
        this.store = new ActionStore(journal);
        this.executor = new Executor(openclaw, clock);
        this.evaOs = evaOs;
        this.openclaw = openclaw;
        this.clock = clock;
        this.ids = ids;
    }

    /** Goes on with what a former life of this process left open. */
    void resume() {
        for (Action action : store.open()) {
            open.put(action.actionId(), action);
            Threads.virtual("action " + action.actionId(), () -> goOn(action));
        }
    }

    void close() {
        closing = true;
        changes.close();
    }

    int openCount() {
        return open.size();
    }

    ActionStore store() {
        return store;
    }

    /**
     * Plans a call and takes it as far as policy lets it go at once. An action that exists already under this id is not
     * started again.
     *
     * @throws SoniaException what the static check or the gate answered; nothing is stored then
     */
    Started start(Context context, Plan plan) {
        Optional<Action> known = known(plan.actionId());
        if (known.isPresent()) {
            return new Started(known.get(), null);
        }
        long began = clock.nanoTime();
        CheckAnswer check = openclaw.on(context.within(CHECK_TIME), Operation.EXECUTE_CHECK)
                .body(new CheckRequest(plan.intent(), plan.params()))
                .send(CheckAnswer.class);
        if (plan.dryRun()) {
            return new Started(validated(context, plan, check.riskTier(), began), null);
        }
        GateAnswer gate = gate(context, plan);
        Action action = validated(context, plan, gate.riskTier() == null ? check.riskTier() : gate.riskTier(), began);
        return switch (gate.status()) {
            case DENIED -> new Started(denied(context, action, gate), null);
            case APPROVAL_REQUIRED -> waiting(context, action, gate);
            case APPROVED -> new Started(allowed(context, action, gate), null);
        };
    }

    /** The newest state of an action. */
    Action get(String actionId) {
        return known(actionId).orElseThrow(() -> SoniaException.of(ErrorCode.NOT_FOUND));
    }

    private Optional<Action> known(String actionId) {
        Action live = open.get(actionId);
        return live != null ? Optional.of(live) : store.find(actionId);
    }

    /** What an open action waits for, as EVA-OS has it now; empty if it cannot say. */
    Optional<Approval> approval(Context context, Action action) {
        if (action.approvalId() == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(evaOs.on(context.within(GATE_TIME), Operation.APPROVAL_GET)
                    .path("approval_id", action.approvalId())
                    .send(Approval.class));
        } catch (SoniaException e) {
            return Optional.empty();
        }
    }

    /** Waits until the action is as wanted, at most until the deadline. */
    Action await(String actionId, Predicate<Action> wanted, Deadline deadline) throws InterruptedException {
        return changes.await(actionId, () -> get(actionId), action -> closing || wanted.test(action), deadline);
    }

    /**
     * Stops an open action: a waiting approval is cancelled, a running tool is ended. The action moves on by itself.
     *
     * @throws SoniaException INVALID_STATE if it is over
     */
    void withdraw(Context context, String actionId) {
        Optional<Action> action = known(actionId);
        // A read is on record only when it is over; until then it runs.
        ActionState state = action.map(Action::state).orElse(ActionState.EXECUTING);
        switch (state) {
            case PENDING_APPROVAL ->
                evaOs.on(context.within(GATE_TIME), Operation.APPROVAL_CANCEL)
                        .path("approval_id", action.map(Action::approvalId).orElseThrow())
                        .body(new CancelRequest(null, "The action was cancelled"))
                        .send(Approval.class);
            case EXECUTING, VERIFYING ->
                openclaw.on(context.within(GATE_TIME), Operation.EXECUTION_CANCEL)
                        .path("execution_id", actionId)
                        .body(new io.sonia.contracts.openclaw.CancelRequest("The action was cancelled"))
                        .send(Execution.class);
            default -> throw ActionLife.TABLE.refusal(state);
        }
    }

    private GateAnswer gate(Context context, Plan plan) {
        boolean ownBehalf = context.bearer() == null;
        GateRequest request = new GateRequest(
                plan.intent(),
                plan.params(),
                plan.toolCallId(),
                ownBehalf ? context.caller().principal() : null,
                new GateRequest.CallContext(plan.sessionId(), plan.turnId(), plan.actionId(), plan.summary()),
                false);
        return evaOs.on(context.within(GATE_TIME), Operation.GATE).body(request).send(GateAnswer.class);
    }

    private Action validated(Context context, Plan plan, RiskTier tier, long began) {
        Action planned = new Action(
                plan.actionId(),
                plan.intent(),
                plan.params(),
                ActionState.PLANNED,
                tier,
                false,
                null,
                plan.dryRun(),
                plan.sessionId(),
                plan.turnId(),
                plan.toolCallId(),
                context.correlationId(),
                null,
                new Action.Telemetry(millisSince(began), 0, 0, millisSince(began)),
                plan.timeoutMs(),
                plan.maxRetries(),
                clock.now(),
                clock.now(),
                null,
                context.caller().principal());
        return moved(planned, null, ActionLife.Event.RESOLVE);
    }

    private Action denied(Context context, Action action, GateAnswer gate) {
        SoniaException refusal = SoniaException.of(ErrorCode.POLICY_DENIED).with("rule_id", gate.ruleId());
        Action denied = moved(action, Executor.failed(action, refusal).execution(), ActionLife.Event.DENY);
        commit(context, action, denied, gate);
        return denied;
    }

    private Started waiting(Context context, Action action, GateAnswer gate) {
        Approval approval = gate.approval();
        if (approval == null) {
            throw SoniaException.of(ErrorCode.DEPENDENCY_FAILED).with("dependency", ServiceName.EVA_OS.wireName());
        }
        Action waiting = moved(action, null, ActionLife.Event.CONFIRM).under(approval.approvalId(), true);
        open.put(waiting.actionId(), waiting);
        commit(context, action, waiting, gate);
        Threads.virtual("action " + waiting.actionId(), () -> goOn(waiting));
        return new Started(waiting, approval);
    }

    private Action allowed(Context context, Action action, GateAnswer gate) {
        Action approved = moved(action, null, ActionLife.Event.ALLOW);
        if (gate.approval() != null) {
            approved = approved.under(gate.approval().approvalId(), false);
        }
        boolean harmless = action.riskTier() == RiskTier.SAFE_READ;
        Action executing = moved(approved, null, ActionLife.Event.EXECUTE);
        if (!harmless) {
            // A read leaves nothing behind, so it needs no record before it runs; everything else does.
            open.put(executing.actionId(), executing);
            commit(context, approved, executing, gate);
        }
        return harmless && gate.approvalToken() == null
                ? finish(context, executing, executor.read(context, executing), gate)
                : run(context, executing, gate.approvalToken(), gate);
    }

    /** Takes an action to its end. What the store does not take is done again from what it has. */
    private void goOn(Action action) {
        try {
            for (boolean again = false; !closing; again = true) {
                try {
                    advance(again ? stored(action) : action);
                    return;
                } catch (SoniaException e) {
                    clock.sleep(AFTER_LOST_PEER);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Action stored(Action action) {
        Action stored = store.find(action.actionId()).orElse(action);
        open.put(stored.actionId(), stored);
        return stored;
    }

    /** Waits for the decision, then runs or ends the action. Also where a restart takes up again. */
    private void advance(Action action) throws InterruptedException {
        Context context = own(action);
        switch (action.state()) {
            case PENDING_APPROVAL -> decided(action, awaitDecision(action));
            case APPROVED, EXECUTING, VERIFYING -> {
                SoniaException restarted = SoniaException.of(ErrorCode.UNAVAILABLE, "The gateway was restarted");
                finish(context, action, executor.settle(context, action, restarted), null);
            }
            default -> {
                open.remove(action.actionId());
                changes.announce(action.actionId());
            }
        }
    }

    private Approval awaitDecision(Action action) throws InterruptedException {
        String approvalId = String.valueOf(action.approvalId());
        while (true) {
            try {
                Approval approval = evaOs.on(own(action).within(APPROVAL_POLL), Operation.APPROVAL_GET)
                        .path("approval_id", approvalId)
                        .query("wait_ms", APPROVAL_POLL_WAIT_MS)
                        .send(Approval.class);
                if (approval.state() != ApprovalState.PENDING) {
                    return approval;
                }
            } catch (SoniaException e) {
                // The control plane is away or busy: the approval stays where it is.
                clock.sleep(AFTER_LOST_PEER);
            }
            if (closing) {
                throw new InterruptedException("the gateway is stopping");
            }
        }
    }

    /** The grant; while the control plane is away the approval stays where it is, and it alone knows when it is over. */
    private GrantAnswer grant(Action action, Approval approval) throws InterruptedException {
        while (true) {
            try {
                return evaOs.on(own(action).within(GATE_TIME), Operation.APPROVAL_GRANT)
                        .path("approval_id", approval.approvalId())
                        .send(GrantAnswer.class);
            } catch (SoniaException e) {
                if (!e.code().retryable()) {
                    throw e;
                }
                clock.sleep(AFTER_LOST_PEER);
            }
            if (closing) {
                throw new InterruptedException("the gateway is stopping");
            }
        }
    }

    private void decided(Action action, Approval approval) throws InterruptedException {
        Context context = own(action);
        Action.Telemetry times = action.telemetry();
        double waited = Duration.between(action.createdAt(), clock.now()).toMillis();
        Action now = action.moved(
                action.state(),
                action.execution(),
                new Action.Telemetry(times.planMs(), waited, 0, times.planMs() + waited),
                clock.now());
        switch (approval.state()) {
            case APPROVED -> {
                GrantAnswer grant;
                try {
                    grant = grant(action, approval);
                } catch (SoniaException e) {
                    Action late = moved(
                            now,
                            Executor.failed(now, e).execution(),
                            ActionLife.Event.GRANT,
                            ActionLife.Event.TIME_OVER);
                    close(context, action, late);
                    return;
                }
                Action executing = moved(now, null, ActionLife.Event.GRANT, ActionLife.Event.EXECUTE);
                open.put(executing.actionId(), executing);
                commit(context, action, executing, null);
                run(context, executing, grant.approvalToken(), null);
            }
            case CONSUMED -> {
                Action executing = moved(now, null, ActionLife.Event.GRANT, ActionLife.Event.EXECUTE);
                SoniaException unseen = SoniaException.of(ErrorCode.UNAVAILABLE, "The execution was not seen");
                finish(context, executing, executor.settle(context, executing, unseen), null);
            }
            case DENIED ->
                close(
                        context,
                        action,
                        ended(now, ErrorCode.POLICY_DENIED, "The operator said no", ActionLife.Event.DENY));
            case EXPIRED ->
                close(context, action, ended(now, ErrorCode.APPROVAL_EXPIRED, null, ActionLife.Event.TIME_OVER));
            case CANCELLED, PENDING ->
                close(
                        context,
                        action,
                        ended(now, ErrorCode.INVALID_STATE, "The approval was withdrawn", ActionLife.Event.CANCEL));
        }
    }

    private Action ended(Action action, ErrorCode code, @Nullable String message, ActionLife.Event event) {
        SoniaException why = message == null ? SoniaException.of(code) : SoniaException.of(code, message);
        return moved(action, Executor.failed(action, why).execution(), event);
    }

    private Action run(Context context, Action executing, @Nullable String token, @Nullable GateAnswer gate) {
        return finish(context, executing, executor.execute(context, executing, token), gate);
    }

    private Action finish(Context context, Action executing, Executor.Ended ended, @Nullable GateAnswer gate) {
        Action.Telemetry times = executing.telemetry();
        double took = ended.execution().durationMs();
        Action timed = executing.moved(
                executing.state(),
                null,
                new Action.Telemetry(times.planMs(), times.approvalWaitMs(), took, times.totalMs() + took),
                clock.now());
        Action done = moved(timed, ended.execution(), ended.events().toArray(ActionLife.Event[]::new));
        commit(context, executing, done, gate);
        open.remove(done.actionId());
        changes.announce(done.actionId());
        return done;
    }

    private void close(Context context, Action before, Action after) {
        commit(context, before, after, null);
        open.remove(after.actionId());
        changes.announce(after.actionId());
    }

    /** Settles an action whose outcome a crash hid, by OpenClaw's probe or an operator's verdict. */
    Action reconcile(Context context, Action action, ActionReconcile request) {
        ReconcileRequest.Verdict verdict = request.verdict() == null
                ? null
                : ReconcileRequest.Verdict.valueOf(request.verdict().name());
        Execution execution = openclaw.on(context, Operation.EXECUTION_RECONCILE)
                .path("execution_id", action.actionId())
                .body(new ReconcileRequest(request.probe(), verdict, request.note()))
                .send(Execution.class);
        Executor.Ended ended = executor.of(action, execution);
        boolean succeeded = ended.execution().success();
        Action after = moved(action, ended.execution(), succeeded ? ActionLife.Event.PASS : ActionLife.Event.FAIL);
        close(context, action, after);
        return after;
    }

    private Action moved(Action action, @Nullable ActionExecution execution, ActionLife.Event... events) {
        ActionState to = ActionLife.after(action.state(), events);
        return action.moved(to, execution, action.telemetry(), clock.now());
    }

    /** One commit: the row and its audit entry. Actions of a turn that are over in one step are written with it. */
    private void commit(Context context, Action before, Action after, @Nullable GateAnswer gate) {
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        detail.put("intent", after.intent());
        detail.put("from", ActionStore.wireName(before.state()));
        detail.put("to", ActionStore.wireName(after.state()));
        detail.put("session_id", after.sessionId());
        detail.put("turn_id", after.turnId());
        FailureClass failure =
                after.execution() == null ? null : after.execution().failureClass();
        if (failure != null) {
            detail.put("failure_class", failure.name().toLowerCase(Locale.ROOT));
        }
        AuditEvent.Subject subject = new AuditEvent.Subject(
                "action",
                after.actionId(),
                gate == null ? null : gate.fenceToken(),
                after.approvalId(),
                gate == null ? null : gate.digest(),
                gate == null ? null : gate.policyVersion(),
                gate == null ? null : gate.ruleId());
        AuditEvent event = AuditEvent.of("action.changed", context.origin())
                .about(subject)
                .outcome(outcome(after))
                .took(after.telemetry().totalMs())
                .detail(detail);
        journal.commit(tx -> {
            ActionStore.put(tx, after);
            tx.audit(event);
            return after;
        });
        if (open.containsKey(after.actionId())) {
            open.put(after.actionId(), after);
        }
        changes.announce(after.actionId());
    }

    private static ErrorCode outcome(Action action) {
        ActionExecution execution = action.execution();
        Turn.Failure error = execution == null ? null : execution.error();
        return error == null ? ErrorCode.OK : ErrorCode.valueOf(error.code());
    }

    private Context own(Action action) {
        return Context.own(
                ServiceName.API_GATEWAY, action.correlationId(), action.actorId(), Duration.ofMinutes(4), ids, clock);
    }

    private double millisSince(long nanos) {
        return (clock.nanoTime() - nanos) / 1e6;
    }
}
