package io.sonia.evaos;

import io.sonia.contracts.Listing;
import io.sonia.contracts.events.Event;
import io.sonia.contracts.events.EventFilter;
import io.sonia.journal.Row;
import io.sonia.journal.Sql;
import io.sonia.kernel.json.Json;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The tables of events and of how far each source has told its own. */
final class EventStore {

    /** An event and its place in the order in which EVA-OS took events. */
    record Placed(long position, Event event) {}

    private static final String INSERT = "INSERT INTO events (position, id, type, source, seq, created_at, hlc,"
            + " correlation_id, trace_id, actor_id, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            + " ON CONFLICT (id) DO NOTHING";
    private static final String THROUGH = "INSERT INTO event_sources (source, through) VALUES (?, ?)"
            + " ON CONFLICT (source) DO UPDATE SET through = excluded.through"
            + " WHERE excluded.through > event_sources.through";
    private static final String HEAD = "SELECT coalesce(max(position), 0) FROM events";
    private static final String FIRST = "SELECT coalesce(min(position), 0) FROM events";

    /** The newest event stays, so that no position is given twice. */
    private static final String REAP = "DELETE FROM events WHERE position IN (SELECT position FROM events"
            + " WHERE position < (SELECT max(position) FROM events) AND (created_at < ? OR position <= ?)"
            + " ORDER BY position LIMIT ?)";

    private EventStore() {}

    /** Puts what is new behind what is there; the number of those that were not there. */
    static int append(Sql sql, List<Event> events) throws SQLException {
        long position = head(sql);
        int added = 0;
        for (Event each : events) {
            int rows = sql.update(
                    INSERT,
                    position + added + 1,
                    each.id(),
                    each.type(),
                    each.source(),
                    each.seq(),
                    each.timestamp(),
                    each.hlc(),
                    each.correlationId(),
                    each.traceId(),
                    each.actorId(),
                    Json.text(each.payload()));
            added += rows;
        }
        return added;
    }

    /** Notes how far a source has told its events; it never goes back. */
    static void told(Sql sql, String source, long through) throws SQLException {
        sql.update(THROUGH, source, through);
    }

    static long through(Sql sql, String source) throws SQLException {
        return sql.one("SELECT through FROM event_sources WHERE source = ?", row -> row.number("through"), source)
                .orElse(0L);
    }

    static long head(Sql sql) throws SQLException {
        return sql.number(HEAD);
    }

    /** The oldest position there is; 0 if there is none. */
    static long first(Sql sql) throws SQLException {
        return sql.number(FIRST);
    }

    /** The first events after one position up to another whose type matches one of the patterns; all if there is none. */
    static List<Placed> between(Sql sql, long after, long to, List<String> patterns, int limit) throws SQLException {
        List<Object> args = new ArrayList<>(List.of(after, to));
        patterns.forEach(each -> args.add(Listing.like(each)));
        args.add(limit);
        String matching = patterns.isEmpty()
                ? ""
                : " AND (" + String.join(" OR ", Collections.nCopies(patterns.size(), "type LIKE ? ESCAPE '!'")) + ")";
        return sql.list(
                "SELECT * FROM events WHERE position > ? AND position <= ?" + matching + " ORDER BY position LIMIT ?",
                row -> new Placed(row.number("position"), read(row)),
                args.toArray());
    }

    static Listing listing(EventFilter filter) {
        return new Listing("events", "id")
                .whereLike("type", filter.type())
                .where("source", filter.source())
                .where("correlation_id", filter.correlationId())
                .since(filter.since());
    }

    /** Forgets, oldest first, what is older than a moment, and what is beyond the newest {@code kept}. */
    static int reap(Sql sql, Instant before, long kept, int limit) throws SQLException {
        return sql.update(REAP, before, head(sql) - kept, limit);
    }

    static Event read(Row row) throws SQLException {
        return new Event(
                row.text("id"),
                row.text("type"),
                row.text("source"),
                row.number("seq"),
                row.instant("created_at"),
                row.text("hlc"),
                row.text("correlation_id"),
                row.textOrNull("trace_id"),
                row.text("actor_id"),
                row.json("payload"));
    }
}
