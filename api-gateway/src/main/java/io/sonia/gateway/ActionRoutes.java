package io.sonia.gateway;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.Listing;
import io.sonia.contracts.RiskTier;
import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.Decision;
import io.sonia.contracts.gateway.Action;
import io.sonia.contracts.gateway.ActionAnswer;
import io.sonia.contracts.gateway.ActionExecution;
import io.sonia.contracts.gateway.ActionFilter;
import io.sonia.contracts.gateway.ActionList;
import io.sonia.contracts.gateway.ActionPlan;
import io.sonia.contracts.gateway.ActionReconcile;
import io.sonia.contracts.gateway.ActionRequest;
import io.sonia.contracts.gateway.ActionState;
import io.sonia.contracts.gateway.ActionWait;
import io.sonia.contracts.gateway.CancelRequest;
import io.sonia.contracts.gateway.DecideRequest;
import io.sonia.journal.ForeignWork;
import io.sonia.journal.Journal;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Deadline;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.http.StoredReply;
import io.sonia.kernel.json.Json;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Actions over HTTP. */
final class ActionRoutes {

    private static final Duration CANCEL_WAIT = Duration.ofSeconds(8);
    private static final String MASK = "***";
    private static final int MAX_SUMMARY = 480;

    private final Actions actions;
    private final Confirmations confirmations;
    private final Journal journal;
    private final ForeignWork foreign;
    private final Cursors cursors;
    private final Clock clock;
    private final Ids ids;

    ActionRoutes(Actions actions, Confirmations confirmations, Journal journal, Cursors cursors, Clock clock, Ids ids) {
        this.actions = actions;
        this.confirmations = confirmations;
        this.journal = journal;
        this.foreign = new ForeignWork(journal);
        this.cursors = cursors;
        this.clock = clock;
        this.ids = ids;
    }

    List<Route<?>> list() {
        return List.of(
                Route.of(Operation.ACTION, ActionRequest.class, ActionAnswer.class, this::act),
                Route.of(Operation.ACTION_PLAN, ActionPlan.class, Action.class, this::plan),
                Route.of(Operation.ACTION_LIST, ActionFilter.class, ActionList.class, this::page),
                Route.of(Operation.ACTION_GET, ActionWait.class, Action.class, this::get),
                Route.of(Operation.ACTION_APPROVE, DecideRequest.class, Action.class, this::approve),
                Route.of(Operation.ACTION_DENY, DecideRequest.class, Action.class, this::deny),
                Route.of(Operation.ACTION_CANCEL, CancelRequest.class, Action.class, this::cancel),
                Route.of(Operation.ACTION_RECONCILE, ActionReconcile.class, Action.class, this::reconcile));
    }

    private Reply act(Call<ActionRequest> call) {
        ActionRequest request = call.input();
        Actions.Plan plan = new Actions.Plan(
                ids.next("act_"),
                request.toolName(),
                request.args(),
                request.timeoutMs(),
                0,
                request.sessionId(),
                null,
                null,
                request.dryRun(),
                summary(request.toolName(), request.args()),
                call.idempotencyKey(),
                false,
                null);
        Actions.Started started = started(call, plan);
        Action action = started.action();
        if (action.state() == ActionState.PENDING_APPROVAL && request.waitApprovalMs() > 0) {
            action = settled(action, Duration.ofMillis(request.waitApprovalMs()));
        }
        Reply.Enveloped reply;
        try {
            reply = answered(action, started.approval());
        } catch (SoniaException failure) {
            if (withoutEffect(action) && failure.code().retryable()) {
                withdraw(call);
            } else if (action.state().terminal()) {
                remember(call, StoredReply.of(failure));
            }
            throw failure;
        }
        return kept(call, action, reply);
    }

    /** What the caller of {@code /v1/action} hears: the result, that it waits, or why it did not work. */
    private static Reply.Enveloped answered(Action action, @Nullable Approval approval) {
        ActionExecution execution = action.execution();
        if (execution != null && execution.error() != null) {
            throw failure(action, execution);
        }
        ActionAnswer.Status status = switch (action.state()) {
            case SUCCEEDED -> ActionAnswer.Status.EXECUTED;
            case VALIDATED -> ActionAnswer.Status.VALIDATED;
            default -> ActionAnswer.Status.PENDING_APPROVAL;
        };
        ActionAnswer answer = new ActionAnswer(
                action.actionId(),
                action.intent(),
                status,
                execution == null ? null : execution.output(),
                execution == null ? List.of() : execution.sideEffects(),
                execution == null ? null : execution.verification(),
                approval,
                action.state());
        Reply.Enveloped reply =
                status == ActionAnswer.Status.PENDING_APPROVAL ? Reply.accepted(answer) : Reply.ok(answer);
        return action.dryRun() ? reply : reply.location("/v1/actions/" + action.actionId());
    }

    private static SoniaException failure(Action action, ActionExecution execution) {
        var error = java.util.Objects.requireNonNull(execution.error());
        SoniaException failure = SoniaException.of(ErrorCode.named(error.code()), error.message())
                .with("action_id", action.actionId());
        Map<String, @Nullable Object> output = execution.output();
        if (output != null && output.get("rule_id") instanceof String rule) {
            return failure.with("rule_id", rule);
        }
        return output == null ? failure : failure.with("result", output);
    }

    private Reply plan(Call<ActionPlan> call) {
        ActionPlan request = call.input();
        Actions.Plan plan = new Actions.Plan(
                ids.next("act_"),
                request.intent(),
                request.params(),
                request.timeoutMs(),
                request.maxRetries(),
                request.sessionId(),
                null,
                null,
                request.dryRun(),
                summary(request.intent(), request.params()),
                call.idempotencyKey(),
                false,
                null);
        Action action = started(call, plan).action();
        boolean waits = action.state() == ActionState.PENDING_APPROVAL;
        Reply.Enveloped reply = waits ? Reply.accepted(action) : Reply.ok(action);
        return kept(call, action, reply.location("/v1/actions/" + action.actionId()));
    }

    /**
     * Starts the plan, or goes on with the action that an earlier request began; a refusal before anything is stored is
     * put on record here.
     */
    private Actions.Started started(Call<?> call, Actions.Plan plan) {
        try {
            Actions.Started started = call.begun() == null
                    ? actions.start(call.context(), plan)
                    : actions.resumed(call.context(), call.begun());
            if (started.action().state() != ActionState.EXECUTING) {
                return started;
            }
            Action after = settled(started.action(), call.context().deadline().left());
            if (after.state() == ActionState.EXECUTING) {
                throw SoniaException.of(ErrorCode.TIMEOUT).with("action_id", after.actionId());
            }
            return new Actions.Started(after, null, started.ruling());
        } catch (SoniaException e) {
            if (e.code().blame() == ErrorCode.Blame.POLICY || e.code() == ErrorCode.INVALID_COMMAND) {
                journal.append(call.audit().outcome(e.code()).about(AuditEvent.Subject.of("tool", plan.intent())));
            }
            throw e;
        }
    }

    private Reply.Enveloped kept(Call<?> call, Action action, Reply.Enveloped reply) {
        if (!action.dryRun() && action.state() != ActionState.OUTCOME_UNKNOWN) {
            remember(call, new StoredReply(reply.status(), Json.bytes(reply.data()), reply.location()));
        }
        return reply;
    }

    private void remember(Call<?> call, StoredReply reply) {
        if (call.idempotencyKey() != null) {
            journal.commit(tx -> {
                tx.remember(call.idempotencyKey(), reply);
                return reply;
            });
        }
    }

    /** A read that failed left nothing behind: it may be asked for again under its key. */
    private static boolean withoutEffect(Action action) {
        return action.riskTier() == RiskTier.SAFE_READ
                && action.approvalId() == null
                && action.state() == ActionState.FAILED;
    }

    private void withdraw(Call<?> call) {
        journal.commit(tx -> {
            tx.withdraw(call.idempotencyKey());
            return call;
        });
    }

    private Reply page(Call<ActionFilter> call) {
        ActionFilter filter = call.input();
        boolean masked = call.caller().onlyLooks();
        Listing.Page<Action> page = new Listing("actions", "action_id")
                .where("state", filter.state())
                .where("session_id", filter.sessionId())
                .where("intent", filter.intent())
                .page(journal, cursors, filter.cursor(), filter.limit(), ActionStore::action);
        List<Action> rows =
                masked ? page.rows().stream().map(ActionRoutes::masked).toList() : page.rows();
        return Reply.ok(new ActionList(rows, rows.size(), page.total(), page.nextCursor()));
    }

    private Reply get(Call<ActionWait> call) {
        String actionId = Ids.checked(call.path("action_id"));
        Action action = actions.get(actionId);
        if (call.input().waitMs() > 0 && !action.state().settled()) {
            ActionState before = action.state();
            action = waited(actionId, before, Duration.ofMillis(call.input().waitMs()));
        }
        return Reply.ok(call.caller().onlyLooks() ? masked(action) : action);
    }

    private Reply approve(Call<DecideRequest> call) {
        return decided(call, Decision.APPROVED, Duration.ofMillis(call.input().waitMs()));
    }

    private Reply deny(Call<DecideRequest> call) {
        return decided(call, Decision.DENIED, CANCEL_WAIT);
    }

    private Reply decided(Call<DecideRequest> call, Decision decision, Duration patience) {
        Action action = waiting(call);
        if (call.repeats()) {
            return Reply.ok(action);
        }
        return foreign.answered(call, action.actionId(), () -> {
            confirmations.decide(call, String.valueOf(action.approvalId()), decision);
            return Reply.ok(settled(action, patience));
        });
    }

    private Reply cancel(Call<CancelRequest> call) {
        Action action = actions.get(Ids.checked(call.path("action_id")));
        if (call.repeats()) {
            return Reply.ok(action);
        }
        Action after = foreign.run(call, action.actionId(), () -> {
            if (call.begun() == null || action.state() != ActionState.CANCELLED) {
                actions.withdraw(call.context(), action.actionId());
            }
            return settled(action, CANCEL_WAIT);
        });
        journal.commit(tx -> {
            tx.remember(call.idempotencyKey(), new StoredReply(200, Json.bytes(after), null), after.actionId());
            return tx.audit(call.audit().about("action", action.actionId()));
        });
        return Reply.ok(after);
    }

    private Reply reconcile(Call<ActionReconcile> call) {
        Action action = actions.get(Ids.checked(call.path("action_id")));
        if (call.repeats()) {
            return Reply.ok(action);
        }
        boolean settledBefore = call.begun() != null && action.state().terminal();
        if (!settledBefore && action.state() != ActionState.OUTCOME_UNKNOWN) {
            throw ActionLife.TABLE.refusal(action.state());
        }
        Action after = settledBefore
                ? action
                : foreign.run(call, action.actionId(), () -> actions.reconcile(call.context(), action, call.input()));
        journal.commit(tx -> {
            tx.remember(call.idempotencyKey(), new StoredReply(200, Json.bytes(after), null), after.actionId());
            return tx.audit(call.audit().about("action", action.actionId()));
        });
        return Reply.ok(after);
    }

    private Action waiting(Call<DecideRequest> call) {
        Action action = actions.get(Ids.checked(call.path("action_id")));
        if (action.approvalId() == null) {
            throw ActionLife.TABLE.refusal(action.state());
        }
        return action;
    }

    private Action settled(Action action, Duration patience) {
        return awaited(action.actionId(), patience, each -> each.state().settled());
    }

    private Action waited(String actionId, ActionState before, Duration patience) {
        return awaited(actionId, patience, each -> each.state() != before);
    }

    private Action awaited(String actionId, Duration patience, java.util.function.Predicate<Action> wanted) {
        try {
            return actions.await(actionId, wanted, Deadline.in(patience, clock));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SoniaException.of(ErrorCode.UNAVAILABLE, "The gateway is stopping");
        }
    }

    private static String summary(String tool, Map<String, @Nullable Object> args) {
        return Excerpt.dotted(tool + " " + Json.text(args), MAX_SUMMARY);
    }

    /** The action as an observer sees it: argument texts are hidden. */
    private static Action masked(Action action) {
        return action.withParams(masked(action.params()));
    }

    /** Arguments as an observer sees them. */
    static Map<String, @Nullable Object> masked(Map<String, @Nullable Object> params) {
        Map<String, @Nullable Object> masked = new LinkedHashMap<>();
        params.forEach((name, value) -> masked.put(name, value instanceof Number || value == null ? value : MASK));
        return masked;
    }
}
