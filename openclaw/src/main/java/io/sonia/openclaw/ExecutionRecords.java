package io.sonia.openclaw;

import io.sonia.contracts.evaos.Grant;
import io.sonia.contracts.openclaw.CancelRequest;
import io.sonia.contracts.openclaw.Execution;
import io.sonia.contracts.openclaw.ExecutionState;
import io.sonia.contracts.openclaw.ReconcileRequest;
import io.sonia.contracts.openclaw.Verification;
import io.sonia.journal.Journal;
import io.sonia.journal.Tx;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.StoredReply;
import io.sonia.kernel.json.CanonicalJson;
import io.sonia.kernel.json.Json;
import io.sonia.openclaw.ExecutionLife.Event;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Puts the steps of an execution on record: each one commit with row, audit entries and what else belongs to it. */
final class ExecutionRecords {

    private final Journal journal;
    private final ExecutionStore store;
    private final Clock clock;

    ExecutionRecords(Journal journal, ExecutionStore store, Clock clock) {
        this.journal = journal;
        this.store = store;
        this.clock = clock;
    }

    Optional<Execution> find(String executionId) {
        return stored(executionId).map(StoredExecution::execution);
    }

    Optional<StoredExecution> stored(String executionId) {
        return store.find(executionId);
    }

    /** Takes the execution id and the grant. INVALID_APPROVAL if another execution has the grant. */
    Execution claim(ToolCall call, Permission.ByGrant permission) {
        Execution claimed = Drafts.claimed(call, permission);
        journal.commit(tx -> {
            if (store.hasGrant(tx, permission.grant().grantId())) {
                throw Grant.invalid("consumed");
            }
            store.insert(tx, stored(call, claimed), null);
            tx.begin(call.idempotencyKey(), claimed.executionId());
            return tx.audit(event("tool.claim", call, permission, claimed));
        });
        return claimed;
    }

    /** EVA-OS did not let the grant be used. */
    void refuse(ToolCall call, Permission permission, Execution claimed, SoniaException why) {
        Execution refused = Drafts.settled(claimed, Event.REFUSE, null, why, clock.now());
        journal.commit(tx -> {
            store.update(tx, refused, claimed.state());
            tx.withdraw(call.idempotencyKey());
            return tx.audit(event("tool.outcome", call, permission, refused).outcome(why.code()));
        });
    }

    /** EVA-OS could not be asked: nothing changes, and the same id may be tried again. */
    void defer(ToolCall call, Permission permission, Execution claimed, SoniaException why) {
        ExecutionLife.TABLE.require(claimed.state(), Event.DEFER);
        journal.append(event("tool.defer", call, permission, claimed).outcome(why.code()));
    }

    /** The intent, durable before the effect. A call without a grant is claimed in the same commit. */
    Execution start(ToolCall call, Permission permission, @Nullable Execution claimed) {
        Execution before = claimed == null ? Drafts.claimed(call, permission) : claimed;
        Execution started = Drafts.started(before, clock.now());
        return journal.commit(tx -> {
            tx.begin(call.idempotencyKey(), started.executionId());
            long seq = tx.audit(intent(call, permission, started)).seq();
            if (claimed == null) {
                store.insert(tx, stored(call, started), seq);
            } else if (store.update(tx, started, claimed.state())) {
                store.intent(tx, started.executionId(), seq);
            } else {
                throw SoniaException.of(ErrorCode.CONFLICT).with("execution_id", started.executionId());
            }
            return started;
        });
    }

    /** How it ended, the answer under the request's key, and the report to EVA-OS. */
    Execution finish(ToolCall call, Permission permission, Execution started, Finished finished) {
        Execution ended = Drafts.ended(started, finished);
        return journal.commit(tx -> {
            store.update(tx, ended, started.state());
            outcome(tx, call, permission, ended);
            OutcomeReports.publish(tx, ended);
            return ended;
        });
    }

    /**
     * A read that changed nothing: intent and outcome in the one commit after it. A crash before leaves no record of a
     * read that nobody got an answer to, and nothing to find out.
     */
    Execution read(ToolCall call, Permission permission, Finished finished) {
        Execution started = Drafts.started(Drafts.claimed(call, permission), finished.startedAt());
        Execution ended = Drafts.ended(started, finished);
        return journal.commit(tx -> {
            long seq = tx.audit(intent(call, permission, started)).seq();
            store.insert(tx, stored(call, ended), seq);
            outcome(tx, call, permission, ended);
            return ended;
        });
    }

    /** Answers a request, after the process that began its run has died, with how the run ended. */
    StoredReply answer(ToolCall call, Execution ended) {
        StoredReply reply = Answers.reply(ended);
        boolean known = ended.state() == ExecutionState.SUCCEEDED
                || ended.state() == ExecutionState.FAILED
                || ended.state() == ExecutionState.CANCELLED;
        if (known && call.idempotencyKey() != null) {
            journal.commit(tx -> {
                tx.remember(call.idempotencyKey(), reply, ended.executionId());
                return reply;
            });
        }
        return reply;
    }

    /** A call that was not run at all. */
    void refused(Call<?> call, String toolName, SoniaException why) {
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        detail.put("tool_name", toolName);
        detail.put("reason", why.details().get("reason"));
        journal.append(call.audit()
                .outcome(why.code())
                .about(new AuditEvent.Subject("tool", toolName, null, null, null, null, (String)
                        why.details().get("rule_id")))
                .detail(detail));
    }

    /** Somebody ended a run; how it ended is on record already. */
    void cancelled(Call<CancelRequest> call, Execution ended) {
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        detail.put("reason", call.input().reason());
        journal.commit(tx -> {
            tx.remember(call.idempotencyKey(), new StoredReply(200, Json.bytes(ended), null), ended.executionId());
            return tx.audit(call.audit().about("execution", ended.executionId()).detail(detail));
        });
    }

    /** An unknown outcome is known now. INVALID_STATE if somebody else was first. */
    Execution settle(Call<ReconcileRequest> call, Execution unknown, Event event, @Nullable Verification verification) {
        SoniaException failure = event == Event.PASS
                ? null
                : SoniaException.of(ErrorCode.TOOL_FAILED, "The effect did not happen")
                        .with("reason", "reconciled");
        Execution settled = Drafts.settled(unknown, event, verification, failure, clock.now());
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        detail.put("state", wireName(settled.state()));
        detail.put("probed", verification != null);
        detail.put("note", call.input().note());
        return journal.commit(tx -> {
            if (!store.update(tx, settled, unknown.state())) {
                throw ExecutionLife.TABLE.refusal(settled.state());
            }
            tx.audit(call.audit().about("execution", settled.executionId()).detail(detail));
            tx.remember(call.idempotencyKey(), new StoredReply(200, Json.bytes(settled), null), settled.executionId());
            OutcomeReports.publish(tx, settled);
            return settled;
        });
    }

    /**
     * At start: what was running when the process died has an unknown outcome; what was only claimed may start again.
     *
     * @return how many outcomes are unknown now
     */
    int restore(Function<Execution, Context> contexts) {
        return journal.commit(tx -> {
            List<StoredExecution> interrupted = store.started(tx);
            for (StoredExecution each : interrupted) {
                Execution before = each.execution();
                SoniaException why = SoniaException.of(ErrorCode.OUTCOME_UNKNOWN);
                Execution lost = Drafts.settled(before, Event.LOSE, null, why, clock.now());
                store.update(tx, lost, before.state());
                tx.audit(AuditEvent.of("tool.outcome", contexts.apply(lost).origin())
                        .outcome(why.code())
                        .about("execution", lost.executionId())
                        .detail(Map.of("tool_name", lost.toolName(), "state", wireName(lost.state()))));
                OutcomeReports.publish(tx, lost);
            }
            return interrupted.size();
        });
    }

    private void outcome(Tx tx, ToolCall call, Permission permission, Execution ended) throws SQLException {
        tx.audit(event("tool.outcome", call, permission, ended)
                .outcome(ErrorCode.valueOf(String.valueOf(ended.outcome())))
                .took(ended.durationMs() == null ? 0 : ended.durationMs()));
        tx.remember(call.idempotencyKey(), Answers.reply(ended), ended.executionId());
    }

    private StoredExecution stored(ToolCall call, Execution execution) {
        return new StoredExecution(execution, call.prepared().trace(), clock.now());
    }

    private static AuditEvent intent(ToolCall call, Permission permission, Execution started) {
        AuditEvent event = event("tool.intent", call, permission, started);
        Map<String, @Nullable Object> detail = new LinkedHashMap<>(event.detail());
        detail.put("resolved", Json.plain(call.prepared().resolved()));
        detail.put("session_id", call.sessionId());
        return event.detail(detail);
    }

    private static AuditEvent event(String operation, ToolCall call, Permission permission, Execution execution) {
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        detail.put("tool_name", execution.toolName());
        detail.put("state", wireName(execution.state()));
        detail.put("args_digest", execution.argsDigest());
        if (execution.state() != ExecutionState.STARTED && execution.result() != null) {
            detail.put("result_digest", CanonicalJson.sha256(execution.result()));
        }
        AuditEvent.Subject subject = switch (permission) {
            case Permission.ByPolicy policy ->
                new AuditEvent.Subject("execution", execution.executionId(), null, null, null, null, policy.ruleId());
            case Permission.ByGrant granted -> {
                Grant grant = granted.grant();
                yield new AuditEvent.Subject(
                        "execution",
                        execution.executionId(),
                        grant.fenceToken(),
                        grant.approvalId(),
                        grant.digest(),
                        grant.policyVersion(),
                        null);
            }
        };
        return AuditEvent.of(operation, call.context().origin()).about(subject).detail(detail);
    }

    private static String wireName(ExecutionState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
