package io.sonia.gateway;

import io.sonia.contracts.evaos.GateAnswer;
import io.sonia.contracts.gateway.Action;
import io.sonia.contracts.gateway.ActionExecution;
import io.sonia.contracts.gateway.FailureClass;
import io.sonia.contracts.gateway.Turn;
import io.sonia.journal.Journal;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Deadline;
import io.sonia.kernel.http.IdempotencyKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Actions on record: each edge is one commit of row and audit entry; open ones are at hand, and can be waited for. */
final class ActionRecords {

    /** What an edge rests on: the gate's answer, and the key of the request that begins the action with it. */
    record Ground(@Nullable GateAnswer gate, @Nullable IdempotencyKey key) {

        static final Ground NONE = new Ground(null, null);
    }

    private final Journal journal;
    private final ActionStore store;
    private final LetterStore letters;
    private final Changes changes = new Changes();
    private final Map<String, Action> open = new ConcurrentHashMap<>();

    ActionRecords(Journal journal, LetterStore letters) {
        this.journal = journal;
        this.letters = letters;
        this.store = new ActionStore(journal);
    }

    ActionStore store() {
        return store;
    }

    int openCount() {
        return open.size();
    }

    /** Takes up what this instance has open and nobody is at: of a former life, or taken over. */
    List<Action> restore() {
        return store.open().stream()
                .filter(each -> open.putIfAbsent(each.actionId(), each) == null)
                .toList();
    }

    Optional<Action> known(String actionId) {
        Action live = open.get(actionId);
        return live != null ? Optional.of(live) : store.find(actionId);
    }

    /** True if the action is on record and not over. */
    boolean open(String actionId) {
        return open.containsKey(actionId);
    }

    /** The action as it was recorded last; as it is given if it never was. */
    Action reread(Action action) {
        Action stored = store.find(action.actionId()).orElse(action);
        open.put(stored.actionId(), stored);
        return stored;
    }

    /** Records the first edge of an action that goes on, as begun under the key; if that fails it never was. */
    void begin(Context context, Action before, Action after, Ground ground) {
        open.put(after.actionId(), after);
        try {
            commit(context, before, after, ground);
        } catch (SoniaException e) {
            open.remove(after.actionId());
            throw e;
        }
        changes.announce(after.actionId());
    }

    /** Records an edge of an open action. */
    void move(Context context, Action before, Action after) {
        commit(context, before, after, Ground.NONE);
        open.replace(after.actionId(), after);
        changes.announce(after.actionId());
    }

    /**
     * Records the last edge of an action; one that was never begun is begun with it. The result is the action as it is
     * on record.
     */
    Action end(Context context, Action before, Action after, Ground ground) {
        Action kept = commit(context, before, after, ground);
        forget(after.actionId());
        return kept;
    }

    /** The action is over on record. */
    void forget(String actionId) {
        open.remove(actionId);
        changes.announce(actionId);
    }

    Action await(String actionId, Predicate<Action> wanted, Deadline deadline) throws InterruptedException {
        return changes.await(
                actionId,
                () -> known(actionId).orElseThrow(() -> SoniaException.of(ErrorCode.NOT_FOUND)),
                wanted,
                deadline);
    }

    void close() {
        changes.close();
    }

    /** One commit: the row, its audit entry, and what becomes of its dead letter. */
    private Action commit(Context context, Action before, Action after, Ground ground) {
        GateAnswer gate = ground.gate();
        return journal.commit(tx -> {
            Action kept = letters.follow(tx, context, after);
            store.put(tx, before.state(), kept);
            if (gate != null) {
                ActionStore.put(tx, after.actionId(), Ruling.of(gate));
            }
            tx.begin(ground.key(), after.actionId());
            tx.audit(edge(context, before, kept, gate));
            return kept;
        });
    }

    private static AuditEvent edge(Context context, Action before, Action after, @Nullable GateAnswer gate) {
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
        return after.replayOf() == null ? event : event.replaying(after.correlationId(), after.replayGeneration());
    }

    private static ErrorCode outcome(Action action) {
        ActionExecution execution = action.execution();
        Turn.Failure error = execution == null ? null : execution.error();
        return error == null ? ErrorCode.OK : ErrorCode.named(error.code());
    }
}
