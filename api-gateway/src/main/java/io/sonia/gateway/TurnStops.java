package io.sonia.gateway;

import io.sonia.journal.Journal;
import io.sonia.journal.Tx;
import io.sonia.kernel.http.Context;
import java.sql.SQLException;
import java.util.List;

/** Wishes to stop turns that another gateway runs: that one looks for them. */
final class TurnStops {

    private static final int MAX_FOUND = 100;

    /** Who wants which turn to stop. */
    record Wish(String turnId, String actorId, String correlationId) {}

    private final Journal journal;

    TurnStops(Journal journal) {
        this.journal = journal;
    }

    void wish(Context context, String turnId) {
        journal.commit(tx -> tx.sql()
                .update(
                        "INSERT INTO turn_stops (turn_id, actor_id, correlation_id) VALUES (?, ?, ?)"
                                + " ON CONFLICT (turn_id) DO NOTHING",
                        turnId,
                        context.caller().principal(),
                        context.correlationId()));
    }

    /** What is wished of this gateway; found again until the turn has ended. */
    List<Wish> found() {
        return journal.read(sql -> sql.list(
                "SELECT s.turn_id AS turn_id, s.actor_id AS actor_id, s.correlation_id AS correlation_id"
                        + " FROM turn_stops s JOIN turns t ON t.turn_id = s.turn_id WHERE t.instance = ?"
                        + " ORDER BY s.turn_id LIMIT " + MAX_FOUND,
                row -> new Wish(row.text("turn_id"), row.text("actor_id"), row.text("correlation_id")),
                journal.instance()));
    }

    /** The turn has ended. */
    static void forget(Tx tx, String turnId) throws SQLException {
        tx.sql().update("DELETE FROM turn_stops WHERE turn_id = ?", turnId);
    }
}
