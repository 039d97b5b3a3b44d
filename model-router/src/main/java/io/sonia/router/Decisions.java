package io.sonia.router;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.Listing;
import io.sonia.contracts.router.RouteDecision;
import io.sonia.contracts.router.RouteDecision.Outcome;
import io.sonia.contracts.router.RouteFilter;
import io.sonia.contracts.router.RouteRecords;
import io.sonia.journal.Journal;
import io.sonia.journal.Tx;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Ids;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import io.sonia.kernel.json.WireNamed;
import java.sql.SQLException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which backends calls went to, why, and what came of it: the newest of them, without a word of what was said. */
final class Decisions {

    /** More are kept only until the next sweep. */
    static final int MAX_KEPT = 10_000;

    private final Journal journal;
    private final Cursors cursors;
    private final Clock clock;
    private final Ids ids;

    Decisions(Journal journal, Cursors cursors, Clock clock, Ids ids) {
        this.journal = journal;
        this.cursors = cursors;
        this.clock = clock;
        this.ids = ids;
    }

    /** Puts a call's decision on record, with the commit that puts the call on record. */
    void keep(Tx tx, RouteDecision decision, Outcome outcome, double latencyMs) throws SQLException {
        Map<String, @Nullable Object> entry = Json.plain(decision);
        entry.put("outcome", WireNamed.of(outcome));
        entry.put("latency_ms", latencyMs);
        tx.sql()
                .update(
                        "INSERT INTO route_decisions (decision_id, backend, profile, outcome, decision, created_at)"
                                + " VALUES (?, ?, ?, ?, ?, ?)",
                        ids.next("rte_"),
                        decision.selectedBackend(),
                        decision.profile(),
                        WireNamed.of(outcome),
                        Json.text(entry),
                        clock.now());
    }

    /** What came of a call that was not answered: its last attempt says how far it got. */
    static Outcome unanswered(RouteDecision decision) {
        boolean broke =
                !decision.attempts().isEmpty() && decision.attempts().getLast().outcome() == Outcome.INTERRUPTED;
        return broke ? Outcome.INTERRUPTED : Outcome.FAILED;
    }

    Reply list(Call<RouteFilter> call) {
        RouteFilter filter = call.input();
        Listing.Page<RouteRecords.Entry> page = new Listing("route_decisions", "decision_id")
                .where("backend", filter.backend())
                .where("profile", filter.profile())
                .where("outcome", filter.outcome())
                .page(
                        journal,
                        cursors,
                        filter.cursor(),
                        filter.limit(),
                        row -> Shape.of(RouteRecords.Entry.class).readAnswer(row.json("decision")));
        return Reply.ok(new RouteRecords(page.rows(), page.rows().size(), page.total(), page.nextCursor()));
    }

    /** Lets go what is older than the newest {@link #MAX_KEPT}. */
    void sweep(int kept) {
        journal.commit(tx -> tx.sql()
                .update(
                        "DELETE FROM route_decisions WHERE decision_id IN (SELECT decision_id FROM route_decisions"
                                + " ORDER BY created_at DESC, decision_id DESC LIMIT 1000000 OFFSET ?)",
                        kept));
    }
}
