package io.sonia.evaos;

import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.contracts.evaos.KillSwitch;
import io.sonia.contracts.evaos.KillSwitch.Scope;
import io.sonia.contracts.evaos.KillSwitch.Stoppable;
import io.sonia.contracts.evaos.KillSwitchChange;
import io.sonia.contracts.evaos.KillSwitchChanged;
import io.sonia.contracts.evaos.KillSwitchList;
import io.sonia.evaos.ApprovalLife.Event;
import io.sonia.evaos.ApprovalStore.Edged;
import io.sonia.journal.Answers;
import io.sonia.journal.Row;
import io.sonia.journal.Sql;
import io.sonia.journal.Tx;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.json.Violations;
import io.sonia.kernel.json.WireNamed;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The stops that operators have set, durable and asked before anything else: at the gate, when a call is evaluated, and
 * once more when its grant is used up. Setting one cancels the open approvals it is about.
 */
final class KillSwitches {

    private static final int MAX_SWITCHES = 1_000;
    private static final int MAX_CANCELLED = 2_000;
    private static final String ALL = "SELECT * FROM kill_switches ORDER BY changed_at DESC, scope, target LIMIT ?";
    private static final String ENGAGED = "SELECT * FROM kill_switches WHERE engaged = 1 ORDER BY scope, target";

    private final Foundation base;
    private final Wakeups wakeups;
    private volatile List<KillSwitch> engaged;

    KillSwitches(Foundation base, Wakeups wakeups) {
        this.base = base;
        this.wakeups = wakeups;
        this.engaged = base.journal().read(KillSwitches::engaged);
    }

    /** The switch that stops a call; empty if none does. */
    Optional<KillSwitch> stopping(Stoppable call) {
        return engaged.stream().filter(each -> each.stops(call)).findFirst();
    }

    /**
     * Checks within a transaction, so that nothing is used up beside a stop that was set meanwhile.
     *
     * @throws SoniaException POLICY_DENIED
     */
    static void requireNone(Sql sql, Stoppable call) throws SQLException {
        Optional<KillSwitch> stop =
                engaged(sql).stream().filter(each -> each.stops(call)).findFirst();
        if (stop.isPresent()) {
            throw SoniaException.of(ErrorCode.POLICY_DENIED)
                    .with("rule_id", stop.get().ruleId());
        }
    }

    int count() {
        return engaged.size();
    }

    Reply list(Call<Empty> call) {
        return Reply.ok(
                new KillSwitchList(base.journal().read(sql -> sql.list(ALL, KillSwitches::read, MAX_SWITCHES))));
    }

    /** Sets or lifts a stop. What runs is ended by OpenClaw, which looks at the switches while it runs something. */
    Reply change(Call<KillSwitchChange> call) {
        KillSwitchChange input = call.input();
        if (input.scope().targeted() != (input.target() != null)) {
            throw Violations.single(
                    "target",
                    input.scope().targeted() ? "required" : "unknown",
                    input.scope().targeted() ? "expected a value, met none" : "this scope has no target");
        }
        KillSwitch wanted = new KillSwitch(
                input.scope(),
                input.target(),
                input.engaged(),
                input.reason(),
                call.caller().actorId(),
                base.clock().now());
        Reply.Enveloped reply = base.journal().commit(tx -> {
            put(tx, wanted);
            List<Edged> stopped = wanted.engaged() ? open(tx.sql(), wanted) : List.of();
            ApprovalEdges.end(
                    tx,
                    stopped,
                    Event.CANCEL,
                    AuditEvent.of("approval.cancel", call.context().origin()));
            Map<String, @Nullable Object> detail = new LinkedHashMap<>();
            detail.put("scope", WireNamed.of(wanted.scope()));
            detail.put("target", wanted.target());
            detail.put("engaged", wanted.engaged());
            detail.put("reason", wanted.reason());
            detail.put("cancelled_approvals", stopped.size());
            tx.audit(call.audit().about("kill_switch", wanted.ruleId()).detail(detail));
            return Answers.keep(tx, call, Reply.ok(new KillSwitchChanged(wanted, stopped.size())));
        });
        refresh();
        base.figures().reached(ApprovalState.CANCELLED, ((KillSwitchChanged) reply.data()).cancelledApprovals());
        wakeups.changed();
        return reply;
    }

    /** One at a time: of two changes at once the later look finds both. */
    private synchronized void refresh() {
        engaged = base.journal().read(KillSwitches::engaged);
    }

    private static void put(Tx tx, KillSwitch wanted) throws SQLException {
        if (tx.sql().number("SELECT count(*) FROM kill_switches") >= MAX_SWITCHES) {
            tx.sql().update("DELETE FROM kill_switches WHERE engaged = 0");
        }
        if (tx.sql().number("SELECT count(*) FROM kill_switches") >= MAX_SWITCHES) {
            throw SoniaException.of(ErrorCode.CONFLICT, "There are too many kill switches")
                    .with("limit", MAX_SWITCHES);
        }
        tx.sql()
                .update(
                        "INSERT INTO kill_switches (scope, target, engaged, reason, actor_id, changed_at)"
                                + " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (scope, target) DO UPDATE SET"
                                + " engaged = excluded.engaged, reason = excluded.reason,"
                                + " actor_id = excluded.actor_id, changed_at = excluded.changed_at",
                        WireNamed.of(wanted.scope()),
                        wanted.target() == null ? "" : wanted.target(),
                        wanted.engaged(),
                        wanted.reason(),
                        wanted.actorId(),
                        wanted.changedAt());
    }

    /** Approvals that wait or are not used up yet, and may not be any more. */
    private static List<Edged> open(Sql sql, KillSwitch stop) throws SQLException {
        String about = switch (stop.scope()) {
            case ALL -> "? = ''";
            case TOOLS -> "risk_tier <> 'safe_read' AND ? = ''";
            case TOOL -> "tool_name = ?";
            case SESSION -> "session_id = ?";
            case USER -> "requester_id = ?";
        };
        return ApprovalStore.open(sql, about, stop.target() == null ? "" : stop.target(), MAX_CANCELLED);
    }

    private static List<KillSwitch> engaged(Sql sql) throws SQLException {
        return sql.list(ENGAGED, KillSwitches::read);
    }

    private static KillSwitch read(Row row) throws SQLException {
        String target = row.text("target");
        return new KillSwitch(
                Scope.valueOf(row.text("scope").toUpperCase(Locale.ROOT)),
                target.isEmpty() ? null : target,
                row.truth("engaged"),
                row.text("reason"),
                row.text("actor_id"),
                row.instant("changed_at"));
    }
}
