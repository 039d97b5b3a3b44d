package io.sonia.gateway;

import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnRequest;
import io.sonia.contracts.gateway.TurnState;
import io.sonia.journal.Journal;
import io.sonia.journal.Row;
import io.sonia.journal.Tx;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Turns and their steps in the journal. */
final class TurnStore {

    private static final int MAX_OPEN = 1_000;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final String OPEN = "state NOT IN ('completed', 'failed', 'cancelled')";

    /** A turn as stored, with what is needed to go on with it. */
    record Stored(Turn turn, TurnTask task, String actorId, String correlationId) {}

    /** One past exchange of a session. */
    record Exchange(String asked, String answered) {}

    private final Journal journal;

    TurnStore(Journal journal) {
        this.journal = journal;
    }

    /**
     * A turn begins.
     *
     * @throws SoniaException IDEMPOTENCY_IN_PROGRESS if it has begun before
     */
    void insert(Tx tx, Stored stored) throws SQLException {
        Turn turn = stored.turn();
        if (tx.sql().number("SELECT count(*) FROM turns WHERE turn_id = ?", turn.turnId()) > 0) {
            throw SoniaException.of(ErrorCode.IDEMPOTENCY_IN_PROGRESS).retryAfter(RETRY_AFTER);
        }
        ModelWish wish = stored.task().wish();
        tx.sql()
                .update(
                        "INSERT INTO turns (turn_id, session_id, state, actor_id, correlation_id, request, model_wish,"
                                + " dialogue, turn, created_at, instance) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        turn.turnId(),
                        turn.sessionId(),
                        wireName(turn.state()),
                        stored.actorId(),
                        stored.correlationId(),
                        Json.text(stored.task().request()),
                        wish.equals(ModelWish.NONE) ? null : Json.text(wish),
                        stored.task().dialogue() == null
                                ? null
                                : Json.text(stored.task().dialogue()),
                        Json.text(turn),
                        turn.createdAt(),
                        journal.instance());
    }

    /** Makes the open turns of an instance that is gone this one's. */
    void inherit(Tx tx, int gone) throws SQLException {
        tx.sql().update("UPDATE turns SET instance = ? WHERE instance = ? AND " + OPEN, journal.instance(), gone);
    }

    /** True if another gateway runs the turn, or ran it and nobody has taken it over yet. */
    boolean elsewhere(String turnId) {
        return journal.<Long>read(sql -> sql.number(
                        "SELECT count(*) FROM turns WHERE turn_id = ? AND instance <> ? AND " + OPEN,
                        turnId,
                        journal.instance()))
                > 0;
    }

    static void update(Tx tx, Turn turn) throws SQLException {
        tx.sql()
                .update(
                        "UPDATE turns SET state = ?, turn = ? WHERE turn_id = ?",
                        wireName(turn.state()),
                        Json.text(turn),
                        turn.turnId());
    }

    static void steps(Tx tx, String turnId, List<StoredStep> steps) throws SQLException {
        for (StoredStep step : steps) {
            tx.sql()
                    .update(
                            "INSERT INTO turn_steps (turn_id, ordinal, kind, request, response, policy_version, created_at)"
                                    + " VALUES (?, ?, ?, ?, ?, ?, ?)",
                            turnId,
                            step.ordinal(),
                            step.kind(),
                            Json.text(step.request()),
                            Json.text(step.response()),
                            step.policyVersion(),
                            step.at());
        }
    }

    Optional<Stored> find(String turnId) {
        return journal.read(sql -> sql.one("SELECT * FROM turns WHERE turn_id = ?", TurnStore::stored, turnId));
    }

    /** This instance's unfinished turns, oldest first. */
    List<Stored> open() {
        return journal.read(sql -> sql.list(
                "SELECT * FROM turns WHERE instance = ? AND " + OPEN + " ORDER BY created_at, turn_id LIMIT "
                        + MAX_OPEN,
                TurnStore::stored,
                journal.instance()));
    }

    List<StoredStep> steps(String turnId) {
        return journal.read(sql -> sql.list(
                "SELECT ordinal, kind, request, response, policy_version, created_at FROM turn_steps"
                        + " WHERE turn_id = ? ORDER BY ordinal",
                row -> new StoredStep(
                        row.integer("ordinal"),
                        row.text("kind"),
                        row.json("request"),
                        row.json("response"),
                        row.textOrNull("policy_version"),
                        row.instant("created_at")),
                turnId));
    }

    /** The last completed exchanges of a session before a turn, oldest first. */
    List<Exchange> history(String sessionId, String beforeTurnId, int limit) {
        return journal.read(sql -> sql.list(
                        "SELECT request ->> 'input_text' AS asked, turn ->> 'assistant_text' AS answered FROM turns"
                                + " WHERE session_id = ? AND state = 'completed' AND turn_id <> ?"
                                + " ORDER BY created_at DESC, turn_id DESC LIMIT ?",
                        row -> new Exchange(row.text("asked"), row.text("answered")),
                        sessionId,
                        beforeTurnId,
                        limit))
                .reversed();
    }

    private static Stored stored(Row row) throws SQLException {
        return new Stored(turn(row), task(row), row.text("actor_id"), row.text("correlation_id"));
    }

    static Turn turn(Row row) throws SQLException {
        return Shape.of(Turn.class).readAnswer(row.json("turn"));
    }

    private static TurnTask task(Row row) throws SQLException {
        TurnRequest request = Shape.of(TurnRequest.class).readAnswer(row.json("request"));
        boolean wishes = row.textOrNull("model_wish") != null;
        boolean dialogue = row.textOrNull("dialogue") != null;
        return new TurnTask(
                request,
                wishes ? Shape.of(ModelWish.class).readAnswer(row.json("model_wish")) : ModelWish.NONE,
                dialogue ? Shape.of(Dialogue.class).readAnswer(row.json("dialogue")) : null);
    }

    static String wireName(TurnState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
