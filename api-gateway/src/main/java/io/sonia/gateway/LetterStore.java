package io.sonia.gateway;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.gateway.Action;
import io.sonia.contracts.gateway.ActionExecution;
import io.sonia.contracts.gateway.ActionState;
import io.sonia.contracts.gateway.DeadLetter;
import io.sonia.contracts.gateway.FailureClass;
import io.sonia.contracts.gateway.LetterState;
import io.sonia.contracts.gateway.Turn;
import io.sonia.journal.Journal;
import io.sonia.journal.Row;
import io.sonia.journal.Tx;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.json.CanonicalJson;
import io.sonia.kernel.json.WireNamed;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Dead letters in the journal. A letter is made and settled in the commit of its action's last edge, and each of its
 * edges is one conditional write with an audit entry. What the call was is read from the action.
 */
final class LetterStore {

    /** Letters with their actions, as a table to list. */
    static final String UNRESOLVED = view("'open', 'claimed'");

    static final String WITH_REPLAYED = view("'open', 'claimed', 'replayed'");

    /** Letters that are over and kept, so that a backup does not bring them back. */
    private static final int MOST_CLOSED = 1_000;

    private static final int MOST_LEFT = 100;
    private static final String MOVE = "UPDATE dead_letters SET state = ?";
    private static final String FROM = " WHERE letter_id = ? AND state = ?";

    /**
     * An action that failed, and its letter.
     *
     * @param paramsSha256 of the arguments when it failed
     */
    record Letter(DeadLetter told, Action action, String paramsSha256) {}

    private final Journal journal;
    private final int cap;
    private final Clock clock;
    private final Ids ids;

    /** @param cap letters that may wait at a time; of reads half as many */
    LetterStore(Journal journal, int cap, Clock clock, Ids ids) {
        this.journal = journal;
        this.cap = cap;
        this.clock = clock;
        this.ids = ids;
    }

    private static String view(String states) {
        return "(SELECT d.letter_id, d.action_id, d.state, d.intent, d.failure_class, d.params_sha256, d.created_at,"
                + " d.replay_action_id, d.replay_generation, d.replayed_at, a.action AS action FROM dead_letters d"
                + " JOIN actions a ON a.action_id = d.action_id WHERE d.state IN (" + states + ")) AS letters";
    }

    /** Letters that wait, those with a replay on its way included. */
    int unresolved() {
        return Math.toIntExact(journal.read(sql -> sql.number("SELECT count(*) FROM " + UNRESOLVED)));
    }

    /** A letter that is not discarded. */
    Optional<Letter> find(String letterId) {
        return journal.read(sql ->
                sql.one("SELECT * FROM " + WITH_REPLAYED + " WHERE letter_id = ?", LetterStore::letter, letterId));
    }

    /**
     * Follows an edge of an action within its commit: settles the letter that the action replays, and keeps a letter of
     * a failure that may pass. The result is the action as it goes on record: one whose letter finds no room says so.
     */
    Action follow(Tx tx, Context context, Action after) throws SQLException {
        if (!after.state().terminal()) {
            return after;
        }
        boolean stillOpen = after.replayOf() != null && givenBack(tx, context, after);
        return stillOpen || !mayPass(after) ? after : keep(tx, context, after);
    }

    private static boolean mayPass(Action action) {
        ActionExecution execution = action.execution();
        FailureClass failure = execution == null ? null : execution.failureClass();
        boolean failed = action.state() == ActionState.FAILED || action.state() == ActionState.TIMEOUT;
        return failed && failure != null && failure.retryable(action.idempotent());
    }

    private Action keep(Tx tx, Context context, Action action) throws SQLException {
        boolean reads = action.riskTier() == RiskTier.SAFE_READ;
        String waiting = "SELECT count(*) FROM dead_letters WHERE state IN ('open', 'claimed')";
        if (reads && tx.sql().number(waiting + " AND reads = 1") >= Math.max(1, cap / 2)) {
            // Nothing was left undone, and who asked has the answer: the room is for what was.
            return action;
        }
        if (tx.sql().number(waiting) >= cap) {
            return unkept(action);
        }
        String id = ids.next("dl_");
        tx.sql()
                .update(
                        "INSERT INTO dead_letters (letter_id, action_id, state, intent, failure_class, reads, params_sha256,"
                                + " created_at, instance, replay_generation) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        id,
                        action.actionId(),
                        WireNamed.of(LetterLife.TABLE.start(LetterLife.Event.KEEP)),
                        action.intent(),
                        WireNamed.of(failureClass(action)),
                        reads,
                        CanonicalJson.sha256(action.params()),
                        clock.now(),
                        journal.instance(),
                        action.replayGeneration());
        audit(tx, context, new Edge(id, null, LetterState.OPEN), action, Map.of());
        return action;
    }

    /** There is no room: whoever waits for the action hears that, and the cause stays in the words. */
    private static Action unkept(Action action) {
        ActionExecution execution = Objects.requireNonNull(action.execution());
        String cause = execution.error() == null
                ? failureClass(action).name()
                : execution.error().code();
        Turn.Failure full = new Turn.Failure(
                ErrorCode.STORAGE_FULL.name(),
                "The action failed with " + cause + ", and the dead letters are full: it is not kept for a replay");
        return action.moved(action.state(), execution.failing(full), action.telemetry(), action.updatedAt());
    }

    /** Settles the letter of a replay that is over. True if the letter waits again. */
    private boolean givenBack(Tx tx, Context context, Action replay) throws SQLException {
        Optional<Letter> claimed = ofReplay(tx, replay.actionId());
        if (claimed.isEmpty()) {
            return false;
        }
        ActionExecution execution = replay.execution();
        FailureClass failure = execution == null ? null : execution.failureClass();
        boolean executed = failure == null || failure.begun();
        move(
                tx,
                context,
                claimed.get(),
                executed ? LetterLife.Event.EXECUTE : LetterLife.Event.GIVE_BACK,
                Map.of("replay_action_id", replay.actionId(), "replay_state", WireNamed.of(replay.state())));
        return !executed;
    }

    private static Optional<Letter> ofReplay(Tx tx, String actionId) throws SQLException {
        return tx.sql()
                .one(
                        "SELECT * FROM " + UNRESOLVED + " WHERE replay_action_id = ? AND state = 'claimed'",
                        LetterStore::letter,
                        actionId);
    }

    /**
     * Claims a letter for its replay.
     *
     * @throws SoniaException NOT_FOUND, ALREADY_REPLAYED with {@code replay_action_id}
     */
    Letter claim(Tx tx, Context context, Letter letter, String replayActionId) throws SQLException {
        String id = letter.told().letterId();
        int won = tx.sql()
                .update(
                        MOVE + ", replay_action_id = ?, replay_generation = replay_generation + 1, instance = ?" + FROM,
                        WireNamed.of(LetterLife.TABLE.require(LetterState.OPEN, LetterLife.Event.CLAIM)),
                        replayActionId,
                        journal.instance(),
                        id,
                        WireNamed.of(LetterState.OPEN));
        Letter now = tx.sql()
                .one("SELECT * FROM " + WITH_REPLAYED + " WHERE letter_id = ?", LetterStore::letter, id)
                .orElseThrow(() -> SoniaException.of(ErrorCode.NOT_FOUND));
        if (won != 1) {
            throw taken(now.told());
        }
        audit(
                tx,
                context,
                new Edge(id, LetterState.OPEN, LetterState.CLAIMED),
                now.action(),
                Map.of(
                        "replay_action_id",
                        replayActionId,
                        "replay_generation",
                        now.told().replayGeneration()));
        return now;
    }

    /** The refusal of what only an open letter allows. */
    static SoniaException taken(DeadLetter letter) {
        return SoniaException.of(ErrorCode.ALREADY_REPLAYED).with("replay_action_id", letter.replayActionId());
    }

    /** Gives up the letter for good. */
    void discard(Tx tx, Context context, Letter letter, String reason) throws SQLException {
        if (!move(tx, context, letter, LetterLife.Event.DISCARD, Map.of("reason", reason))) {
            throw taken(letter.told());
        }
    }

    /** Gives back a letter whose replay never came to be on record. */
    void giveBack(Context context, String replayActionId) {
        journal.commit(tx -> {
            Optional<Letter> claimed = ofReplay(tx, replayActionId);
            boolean recorded = tx.sql().number("SELECT count(*) FROM actions WHERE action_id = ?", replayActionId) > 0;
            if (claimed.isPresent() && !recorded) {
                move(
                        tx,
                        context,
                        claimed.get(),
                        LetterLife.Event.GIVE_BACK,
                        Map.of("replay_action_id", replayActionId));
            }
            return recorded;
        });
    }

    /** Replays that this instance, in this life or a former one, has claimed letters for and not put on record. */
    List<String> unrecordedReplays() {
        return journal.read(sql -> sql.list(
                "SELECT replay_action_id FROM dead_letters WHERE state = 'claimed' AND instance = ? AND NOT EXISTS"
                        + " (SELECT 1 FROM actions WHERE actions.action_id = dead_letters.replay_action_id)"
                        + " ORDER BY created_at LIMIT " + MOST_LEFT,
                row -> row.text("replay_action_id"),
                journal.instance()));
    }

    /** Makes the claims of an instance that is gone this one's. */
    void inherit(Tx tx, int gone) throws SQLException {
        tx.sql()
                .update(
                        "UPDATE dead_letters SET instance = ? WHERE instance = ? AND state = 'claimed'",
                        journal.instance(),
                        gone);
    }

    /** One edge; false if the letter is not where it was seen. */
    private boolean move(
            Tx tx, Context context, Letter letter, LetterLife.Event event, Map<String, @Nullable Object> why)
            throws SQLException {
        LetterState from = letter.told().state();
        Optional<LetterState> to = LetterLife.TABLE.next(from, event);
        if (to.isEmpty()) {
            return false;
        }
        String id = letter.told().letterId();
        boolean replayed = to.get() == LetterState.REPLAYED;
        int moved = replayed
                ? tx.sql()
                        .update(
                                MOVE + ", replayed_at = ?" + FROM,
                                WireNamed.of(to.get()),
                                clock.now(),
                                id,
                                WireNamed.of(from))
                : tx.sql().update(MOVE + FROM, WireNamed.of(to.get()), id, WireNamed.of(from));
        if (moved != 1) {
            return false;
        }
        audit(tx, context, new Edge(id, from, to.get()), letter.action(), why);
        if (to.get() != LetterState.OPEN) {
            tx.sql()
                    .update("DELETE FROM dead_letters WHERE state IN ('replayed', 'discarded') AND letter_id NOT IN"
                            + " (SELECT letter_id FROM dead_letters WHERE state IN ('replayed', 'discarded')"
                            + " ORDER BY created_at DESC, letter_id DESC LIMIT " + MOST_CLOSED + ")");
        }
        return true;
    }

    /** A step of a letter's life; from nowhere when it is put down. */
    private record Edge(String letterId, @Nullable LetterState from, LetterState to) {}

    private static void audit(Tx tx, Context context, Edge edge, Action action, Map<String, @Nullable Object> why) {
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        detail.put("from", edge.from() == null ? null : WireNamed.of(edge.from()));
        detail.put("to", WireNamed.of(edge.to()));
        detail.put("action_id", action.actionId());
        detail.put("intent", action.intent());
        detail.put("failure_class", WireNamed.of(failureClass(action)));
        detail.putAll(why);
        tx.audit(AuditEvent.of("dead_letter.changed", context.origin())
                .about("dead_letter", edge.letterId())
                .detail(detail));
    }

    private static FailureClass failureClass(Action action) {
        ActionExecution execution = action.execution();
        FailureClass failure = execution == null ? null : execution.failureClass();
        return failure == null ? FailureClass.UNKNOWN : failure;
    }

    static Letter letter(Row row) throws SQLException {
        Action action = ActionStore.action(row);
        ActionExecution execution = Objects.requireNonNull(action.execution());
        Turn.Failure error = Objects.requireNonNull(execution.error());
        LetterState state = state(row.text("state"));
        DeadLetter told = new DeadLetter(
                row.text("letter_id"),
                action.actionId(),
                action.intent(),
                action.params(),
                state,
                error.code(),
                error.message(),
                failureClass(action),
                action.correlationId(),
                action.sessionId(),
                row.instant("created_at"),
                execution.retriesUsed() >= action.maxRetries(),
                state == LetterState.REPLAYED,
                row.instantOrNull("replayed_at"),
                row.textOrNull("replay_action_id"),
                row.integer("replay_generation"));
        return new Letter(told, action, row.text("params_sha256"));
    }

    private static LetterState state(String wireName) {
        return LetterState.valueOf(wireName.toUpperCase(java.util.Locale.ROOT));
    }
}
