package io.sonia.gateway;

import io.sonia.contracts.gateway.Action;
import io.sonia.contracts.gateway.ActionState;
import io.sonia.journal.Journal;
import io.sonia.journal.Row;
import io.sonia.journal.Tx;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Actions in the journal. */
final class ActionStore {

    private static final int MAX_OPEN = 5_000;
    private static final String OPEN = "state IN ('pending_approval', 'approved', 'executing', 'verifying')";

    private final Journal journal;

    ActionStore(Journal journal) {
        this.journal = journal;
    }

    /**
     * Writes an action, new or moved on.
     *
     * @param from the state it is moved on from; somebody who has moved it meanwhile has decided
     * @throws SoniaException CONFLICT if it is on record in another state
     */
    void put(Tx tx, ActionState from, Action action) throws SQLException {
        int written = tx.sql()
                .update(
                        "INSERT INTO actions (action_id, intent, state, session_id, turn_id, approval_id, action, created_at,"
                                + " instance) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (action_id)"
                                + " DO UPDATE SET state = excluded.state, approval_id = excluded.approval_id,"
                                + " action = excluded.action WHERE actions.state = ?",
                        action.actionId(),
                        action.intent(),
                        wireName(action.state()),
                        action.sessionId(),
                        action.turnId(),
                        action.approvalId(),
                        Json.text(action),
                        action.createdAt(),
                        journal.instance(),
                        wireName(from));
        if (written != 1) {
            throw SoniaException.of(ErrorCode.CONFLICT);
        }
    }

    /** Makes the open actions of an instance that is gone this one's. */
    void inherit(Tx tx, int gone) throws SQLException {
        tx.sql().update("UPDATE actions SET instance = ? WHERE instance = ? AND " + OPEN, journal.instance(), gone);
    }

    /** Keeps what policy said of an action. */
    static void put(Tx tx, String actionId, Ruling ruling) throws SQLException {
        tx.sql().update("UPDATE actions SET ruling = ? WHERE action_id = ?", Json.text(ruling), actionId);
    }

    /** What policy said of an action; null if that is not on record. */
    @Nullable
    Ruling ruling(String actionId) {
        return journal.read(sql -> sql.one(
                        "SELECT ruling FROM actions WHERE action_id = ? AND ruling IS NOT NULL",
                        row -> Shape.of(Ruling.class).readAnswer(row.json("ruling")),
                        actionId))
                .orElse(null);
    }

    Optional<Action> find(String actionId) {
        return journal.read(
                sql -> sql.one("SELECT action FROM actions WHERE action_id = ?", ActionStore::action, actionId));
    }

    Optional<Action> ofApproval(String approvalId) {
        return journal.read(
                sql -> sql.one("SELECT action FROM actions WHERE approval_id = ?", ActionStore::action, approvalId));
    }

    List<Action> ofTurn(String turnId) {
        return journal.read(sql -> sql.list(
                "SELECT action FROM actions WHERE turn_id = ? ORDER BY created_at, action_id",
                ActionStore::action,
                turnId));
    }

    /** This instance's unfinished actions, oldest first. */
    List<Action> open() {
        return journal.read(sql -> sql.list(
                "SELECT action FROM actions WHERE instance = ? AND " + OPEN + " ORDER BY created_at, action_id LIMIT "
                        + MAX_OPEN,
                ActionStore::action,
                journal.instance()));
    }

    /** Actions that wait for a person though their session has ended; a replay outlives the session. */
    List<Action> waitingInEndedSessions(int limit) {
        return journal.read(sql -> sql.list(
                "SELECT a.action AS action FROM actions a JOIN sessions s ON s.session_id = a.session_id"
                        + " WHERE a.state = 'pending_approval' AND s.status <> 'active'"
                        + " AND NOT EXISTS (SELECT 1 FROM dead_letters d WHERE d.replay_action_id = a.action_id)"
                        + " ORDER BY a.created_at, a.action_id LIMIT ?",
                ActionStore::action,
                limit));
    }

    static Action action(Row row) throws SQLException {
        return Shape.of(Action.class).readAnswer(row.json("action"));
    }

    static String wireName(ActionState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
