package io.sonia.gateway;

import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnRequest;
import io.sonia.contracts.gateway.TurnState;
import io.sonia.journal.Journal;
import io.sonia.journal.Row;
import io.sonia.journal.Tx;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Turns and their steps in the journal. */
final class TurnStore {

    private static final int MAX_OPEN = 1_000;

    /** A turn as stored, with what is needed to go on with it. */
    record Stored(Turn turn, TurnTask task, String actorId, String correlationId) {}

    /** One past exchange of a session. */
    record Exchange(String asked, String answered) {}

    private final Journal journal;

    TurnStore(Journal journal) {
        this.journal = journal;
    }

    static void insert(Tx tx, Stored stored) throws SQLException {
        Turn turn = stored.turn();
        ModelWish wish = stored.task().wish();
        tx.sql()
                .update(
                        "INSERT INTO turns (turn_id, session_id, state, actor_id, correlation_id, request, model_wish, turn,"
                                + " created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        turn.turnId(),
                        turn.sessionId(),
                        wireName(turn.state()),
                        stored.actorId(),
                        stored.correlationId(),
                        Json.text(stored.task().request()),
                        wish.equals(ModelWish.NONE) ? null : Json.text(wish),
                        Json.text(turn),
                        turn.createdAt());
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

    /** What a former life of this process left unfinished, oldest first. */
    List<Stored> open() {
        return journal.read(sql -> sql.list(
                "SELECT * FROM turns WHERE state NOT IN ('completed', 'failed', 'cancelled')"
                        + " ORDER BY created_at, turn_id LIMIT " + MAX_OPEN,
                TurnStore::stored));
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
        return new TurnTask(
                request, wishes ? Shape.of(ModelWish.class).readAnswer(row.json("model_wish")) : ModelWish.NONE);
    }

    static String wireName(TurnState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
