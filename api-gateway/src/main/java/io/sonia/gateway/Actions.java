package io.sonia.gateway;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.GateAnswer;
import io.sonia.contracts.evaos.GrantAnswer;
import io.sonia.contracts.gateway.Action;
import io.sonia.contracts.gateway.ActionExecution;
import io.sonia.contracts.gateway.ActionReconcile;
import io.sonia.contracts.gateway.ActionState;
import io.sonia.contracts.openclaw.CancelRequest;
import io.sonia.contracts.openclaw.CheckAnswer;
import io.sonia.contracts.openclaw.CheckRequest;
import io.sonia.contracts.openclaw.Execution;
import io.sonia.contracts.openclaw.ReconcileRequest;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Threads;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Deadline;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Governed tool calls: planned, checked, decided by EVA-OS, executed by OpenClaw from what was stored. A call that needs
 * a person waits in the journal and goes on after the decision, also across a restart.
 */
final class Actions implements TurnActions {

    private static final Duration CHECK_TIME = Duration.ofSeconds(2);
    private static final Duration CANCEL_TIME = Duration.ofSeconds(5);
    private static final Duration OWN_TIME = Duration.ofMinutes(4);
    private static final int MAX_WITHDRAWN = 100;

    /**
     * What to do.
     *
     * @param actionId also names the run at OpenClaw
     * @param summary what an approver reads
     * @param key of the request that asks for it; the action is recorded as begun under it
     * @param tainted whether its turn has taken in content that nobody of the house wrote
     * @param replay null for what is asked for the first time
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
            String summary,
            @Nullable IdempotencyKey key,
            boolean tainted,
            @Nullable Replay replay) {}

    /**
     * Which action is done once more.
     *
     * @param generation 1 for the first time
     */
    record Replay(String of, int generation) {}

    /**
     * An action that ran, was refused, or waits.
     *
     * @param approval only if it waits
     * @param ruling what policy said of it; null for one that was only tried, or that is older than such records
     */
    record Started(
            Action action,
            @Nullable Approval approval,
            @Nullable Ruling ruling) {}

    private final ActionRecords records;
    private final Executor executor;
    private final Governance governance;
    private final Peer openclaw;
    private final Clock clock;
    private final Ids ids;
    private volatile boolean closing;

    Actions(ActionRecords records, Peer evaOs, Peer openclaw, SloSamples samples, Clock clock, Ids ids) {
        this.records = records;
        this.executor = new Executor(openclaw, clock, samples, () -> closing);
        this.governance = new Governance(evaOs, clock);
        this.openclaw = openclaw;
        this.clock = clock;
        this.ids = ids;
    }

    /** Goes on with what this instance has open and nobody is at: of a former life, or taken over. */
    int resume() {
        List<Action> left = records.restore();
        left.forEach(each -> Threads.virtual("action " + each.actionId(), () -> goOn(each, true)));
        return left.size();
    }

    void close() {
        closing = true;
        records.close();
    }

    int openCount() {
        return records.openCount();
    }

    ActionStore store() {
        return records.store();
    }

    /**
     * Plans a call and takes it as far as policy lets it go at once. An action that exists already under this id is not
     * started again.
     *
     * @throws SoniaException what the static check or the gate answered; nothing is stored then
     */
    @Override
    public Started start(Context context, Plan plan) {
        Optional<Action> known = records.known(plan.actionId());
        if (known.isPresent()) {
            return new Started(known.get(), null, records.store().ruling(plan.actionId()));
        }
        long began = clock.nanoTime();
        CheckAnswer check = checked(context, plan);
        if (plan.dryRun()) {
            return new Started(validated(context, plan, check.riskTier(), check.idempotent(), began), null, null);
        }
        GateAnswer gate = governance.judge(context, plan, false);
        RiskTier tier = gate.riskTier() == null ? check.riskTier() : gate.riskTier();
        Action action = validated(context, plan, tier, check.idempotent(), began);
        ActionRecords.Ground ground = new ActionRecords.Ground(gate, plan.key());
        return switch (gate.status()) {
            case DENIED -> new Started(denied(context, action, gate, ground), null, Ruling.of(gate));
            case APPROVAL_REQUIRED -> waiting(context, action, gate, ground);
            case APPROVED -> new Started(allowed(context, action, gate, ground), null, Ruling.of(gate));
        };
    }

    /**
     * What would become of a call now: approved, waiting for a person, or denied with the reason. Nothing is stored.
     *
     * @throws SoniaException if nobody can say
     */
    Action tried(Context context, Plan plan) {
        long began = clock.nanoTime();
        CheckAnswer check;
        try {
            check = checked(context, plan);
        } catch (SoniaException e) {
            if (!e.code().withoutEffect() || e.code().retryable()) {
                throw e;
            }
            Action none = validated(context, plan, null, false, began);
            return moved(none, Executor.failed(none, e).execution(), ActionLife.Event.DENY);
        }
        GateAnswer gate = governance.judge(context, plan, true);
        RiskTier tier = gate.riskTier() == null ? check.riskTier() : gate.riskTier();
        Action action = validated(context, plan, tier, check.idempotent(), began);
        return switch (gate.status()) {
            case DENIED -> refused(action, gate);
            case APPROVAL_REQUIRED -> moved(action, null, ActionLife.Event.CONFIRM);
            case APPROVED -> moved(action, null, ActionLife.Event.ALLOW);
        };
    }

    /** Goes on with an action that a request began whose process may have died since. */
    Started resumed(Context context, String actionId) {
        Action action = get(actionId);
        if (!action.state().settled() && !records.open(actionId)) {
            later(records.reread(action));
        }
        boolean waits = action.state() == ActionState.PENDING_APPROVAL;
        Ruling ruling = records.store().ruling(actionId);
        return new Started(action, waits ? approval(context, action).orElse(null) : null, ruling);
    }

    /** True if the action is on record. */
    boolean known(String actionId) {
        return records.known(actionId).isPresent();
    }

    /** The newest state of an action. */
    Action get(String actionId) {
        return records.known(actionId).orElseThrow(() -> SoniaException.of(ErrorCode.NOT_FOUND));
    }

    /** As EVA-OS has it now; empty if it cannot say. */
    @Override
    public Optional<Approval> approval(Context context, Action action) {
        return governance.approvalIfKnown(context, action.approvalId());
    }

    @Override
    public Action await(String actionId, Predicate<Action> wanted, Deadline deadline) throws InterruptedException {
        return records.await(actionId, action -> closing || wanted.test(action), deadline);
    }

    /**
     * Stops an open action: a waiting approval is cancelled, a running tool is ended. The action moves on by itself.
     *
     * @throws SoniaException INVALID_STATE if it is over
     */
    @Override
    public void withdraw(Context context, String actionId) {
        Optional<Action> action = records.known(actionId);
        // A read is on record only when it is over; until then it runs.
        ActionState state = action.map(Action::state).orElse(ActionState.EXECUTING);
        switch (state) {
            case PENDING_APPROVAL ->
                governance.withdraw(context, action.map(Action::approvalId).orElseThrow(), "The action was cancelled");
            case EXECUTING, VERIFYING ->
                openclaw.on(context.within(CANCEL_TIME), Operation.EXECUTION_CANCEL)
                        .path("execution_id", actionId)
                        .body(new CancelRequest("The action was cancelled"))
                        .send(Execution.class);
            default -> throw ActionLife.TABLE.refusal(state);
        }
    }

    /** Withdraws what waits for a person on behalf of a session that has ended; what does not work now is left. */
    void withdrawOfEndedSessions() {
        for (Action action : records.store().waitingInEndedSessions(MAX_WITHDRAWN)) {
            try {
                governance.withdraw(own(action), String.valueOf(action.approvalId()), "The session has ended");
            } catch (SoniaException e) {
                // Decided meanwhile, or EVA-OS is away: whatever still waits then is found again.
            }
        }
    }

    private Action validated(Context context, Plan plan, @Nullable RiskTier tier, boolean idempotent, long began) {
        Action planned = new Action(
                plan.actionId(),
                plan.intent(),
                plan.params(),
                ActionLife.TABLE.start(ActionLife.Event.PLAN),
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
                context.caller().principal(),
                plan.tainted(),
                idempotent,
                plan.replay() == null ? null : plan.replay().of(),
                plan.replay() == null ? 0 : plan.replay().generation());
        return moved(planned, null, ActionLife.Event.RESOLVE);
    }

    private CheckAnswer checked(Context context, Plan plan) {
        return openclaw.on(context.within(CHECK_TIME), Operation.EXECUTE_CHECK)
                .body(new CheckRequest(plan.intent(), plan.params()))
                .send(CheckAnswer.class);
    }

    private Action denied(Context context, Action action, GateAnswer gate, ActionRecords.Ground ground) {
        return records.end(context, action, refused(action, gate), ground);
    }

    private Action refused(Action action, GateAnswer gate) {
        SoniaException refusal = SoniaException.of(ErrorCode.POLICY_DENIED).with("rule_id", gate.ruleId());
        return moved(action, Executor.failed(action, refusal).execution(), ActionLife.Event.DENY);
    }

    private Started waiting(Context context, Action action, GateAnswer gate, ActionRecords.Ground ground) {
        Approval approval = gate.approval();
        if (approval == null) {
            throw SoniaException.of(ErrorCode.DEPENDENCY_FAILED).with("dependency", ServiceName.EVA_OS.wireName());
        }
        Action waiting = moved(action, null, ActionLife.Event.CONFIRM).under(approval.approvalId(), true);
        records.begin(context, action, waiting, ground);
        later(waiting);
        return new Started(waiting, approval, Ruling.of(gate));
    }

    private Action allowed(Context context, Action action, GateAnswer gate, ActionRecords.Ground ground) {
        Action approved = moved(action, null, ActionLife.Event.ALLOW);
        if (gate.approval() != null) {
            approved = approved.under(gate.approval().approvalId(), false);
        }
        Action executing = moved(approved, null, ActionLife.Event.EXECUTE);
        if (action.riskTier() == RiskTier.SAFE_READ && gate.approvalToken() == null) {
            // A read leaves nothing behind, so it needs no record before it runs; everything else does.
            return finish(context, executing, executor.read(context, executing), ground);
        }
        records.begin(context, approved, executing, ground);
        Executor.Ended ended = executor.execute(context, executing, gate.approvalToken());
        try {
            return finish(context, executing, ended, ground);
        } catch (SoniaException busy) {
            // It ran, and OpenClaw has it on record: that is where its end is taken from once the store is free.
            later(executing);
            return executing;
        }
    }

    private void later(Action action) {
        Threads.virtual("action " + action.actionId(), () -> goOn(action, false));
    }

    /** Takes an action to its end. What the store does not take is done again from what it has. */
    private void goOn(Action action, boolean reread) {
        try {
            for (boolean again = reread; !closing; again = true) {
                try {
                    advance(again ? records.reread(action) : action);
                    return;
                } catch (SoniaException e) {
                    clock.sleep(Governance.AFTER_LOST_PEER);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for the decision, then runs or ends the action. Also where a restart takes up again. */
    private void advance(Action action) throws InterruptedException {
        switch (action.state()) {
            case PENDING_APPROVAL -> {
                String approvalId = String.valueOf(action.approvalId());
                decided(action, governance.decision(() -> own(action), approvalId, () -> closing));
            }
            case APPROVED, EXECUTING, VERIFYING -> {
                Context context = own(action);
                Optional<Executor.Ended> ended = executor.recorded(context, action);
                finish(
                        context,
                        action,
                        ended.isPresent() ? ended.get() : resubmitted(context, action),
                        ActionRecords.Ground.NONE);
            }
            default -> records.forget(action.actionId());
        }
    }

    /** A run that never started is started from the stored call under its own id, if there still is a grant for it. */
    private Executor.Ended resubmitted(Context context, Action action) {
        SoniaException notStarted = SoniaException.of(ErrorCode.UNAVAILABLE, "The tool was not started");
        if (action.approvalId() == null) {
            return Executor.failed(action, notStarted);
        }
        try {
            GrantAnswer grant = governance.grant(context, action.approvalId());
            return executor.execute(context, action, grant.approvalToken());
        } catch (SoniaException e) {
            if (e.code().retryable()) {
                throw e;
            }
            return Executor.failed(action, notStarted);
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
            case APPROVED -> approved(context, action, now);
            case CONSUMED -> {
                Action executing = moved(now, null, ActionLife.Event.GRANT, ActionLife.Event.EXECUTE);
                records.move(context, action, executing);
                SoniaException unseen = SoniaException.of(ErrorCode.UNAVAILABLE, "The execution was not seen");
                finish(context, executing, executor.settle(context, executing, unseen), ActionRecords.Ground.NONE);
            }
            case DENIED ->
                end(context, action, now, ErrorCode.POLICY_DENIED, "The operator said no", ActionLife.Event.DENY);
            case EXPIRED -> end(context, action, now, ErrorCode.APPROVAL_EXPIRED, null, ActionLife.Event.TIME_OVER);
            case CANCELLED, PENDING -> {
                if (approval.supersededBy() == null) {
                    end(
                            context,
                            action,
                            now,
                            ErrorCode.INVALID_STATE,
                            "The approval was withdrawn",
                            ActionLife.Event.CANCEL);
                } else {
                    followed(context, action, approval.supersededBy());
                }
            }
        }
    }

    /** The approval was amended: the action waits on, for the new one and with its arguments. */
    private void followed(Context context, Action action, String approvalId) throws InterruptedException {
        Approval amended = governance.approval(context, approvalId);
        Action waiting = action.under(amended.approvalId(), true).withParams(amended.args());
        records.move(context, action, waiting);
        advance(waiting);
    }

    /** Fetches the grant and runs the stored call. A control plane that is away is asked again while the grant lasts. */
    private void approved(Context context, Action action, Action now) {
        GrantAnswer grant;
        try {
            grant = governance.grant(context, String.valueOf(action.approvalId()));
        } catch (SoniaException e) {
            if (e.code().retryable() || e.code() == ErrorCode.INVALID_STATE) {
                throw e;
            }
            Executor.Ended none = Executor.failed(now, e);
            Action late = moved(now, none.execution(), ActionLife.Event.GRANT, ActionLife.Event.TIME_OVER);
            records.end(context, action, late, ActionRecords.Ground.NONE);
            return;
        }
        Action executing = moved(now, null, ActionLife.Event.GRANT, ActionLife.Event.EXECUTE);
        records.move(context, action, executing);
        finish(
                context,
                executing,
                executor.execute(context, executing, grant.approvalToken()),
                ActionRecords.Ground.NONE);
    }

    private void end(
            Context context,
            Action before,
            Action now,
            ErrorCode code,
            @Nullable String message,
            ActionLife.Event event) {
        SoniaException why = message == null ? SoniaException.of(code) : SoniaException.of(code, message);
        Executor.Ended none = Executor.failed(now, why);
        records.end(context, before, moved(now, none.execution(), event), ActionRecords.Ground.NONE);
    }

    private Action finish(Context context, Action executing, Executor.Ended ended, ActionRecords.Ground ground) {
        Action.Telemetry times = executing.telemetry();
        double took = ended.execution().durationMs();
        Action timed = executing.moved(
                executing.state(),
                null,
                new Action.Telemetry(times.planMs(), times.approvalWaitMs(), took, times.totalMs() + took),
                clock.now());
        Action done = moved(timed, ended.execution(), ended.events().toArray(ActionLife.Event[]::new));
        return records.end(context, executing, done, ground);
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
        Executor.Ended ended = Executor.of(action, execution);
        boolean succeeded = ended.execution().success();
        Action after = moved(action, ended.execution(), succeeded ? ActionLife.Event.PASS : ActionLife.Event.FAIL);
        return records.end(context, action, after, ActionRecords.Ground.NONE);
    }

    private Action moved(Action action, @Nullable ActionExecution execution, ActionLife.Event... events) {
        ActionState to = ActionLife.after(action.state(), events);
        return action.moved(to, execution, action.telemetry(), clock.now());
    }

    private Context own(Action action) {
        return Context.own(ServiceName.API_GATEWAY, action.correlationId(), action.actorId(), OWN_TIME, ids, clock);
    }

    private double millisSince(long nanos) {
        return (clock.nanoTime() - nanos) / 1e6;
    }
}
