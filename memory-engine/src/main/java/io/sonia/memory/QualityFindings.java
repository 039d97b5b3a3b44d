package io.sonia.memory;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.Listing;
import io.sonia.contracts.memory.QualityKind;
import io.sonia.contracts.memory.QualityQuery;
import io.sonia.contracts.memory.QualityReport;
import io.sonia.contracts.memory.QualityReport.Finding;
import io.sonia.journal.Row;
import io.sonia.journal.Sql;
import io.sonia.kernel.Redactor;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.json.WireNamed;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds what is wrong with the memories in force, page by page; what to do about it is a person's to say. */
final class QualityFindings {

    /** Memories that one request looks at for secrets, and the characters of them. */
    private static final int MAX_LOOKED_AT = 2_000;

    private static final int MAX_CHARS = 4_000_000;
    private static final int BATCH = 100;

    /** Memories that a finding names. */
    private static final int NAMED = 20;

    private static final Pattern KIND = Pattern.compile("\\[REDACTED:(\\w+)]");

    private static final String IN_FORCE = "archived_at IS NULL AND superseded_at IS NULL AND redacted_at IS NULL";

    private static final String DUPLICATES = """
            SELECT content_hash || ' ' || coalesce(user_id, '') AS place, content_hash, user_id, min(type) AS type,
              count(*) AS times
            FROM ledger WHERE %s AND type <> 'document' AND content_hash || ' ' || coalesce(user_id, '') > ?
            GROUP BY content_hash, coalesce(user_id, '') HAVING count(*) > 1
            ORDER BY content_hash, coalesce(user_id, '') LIMIT ?
            """.formatted(IN_FORCE);

    private static final String SAME = "SELECT id FROM ledger WHERE content_hash = ? AND user_id IS ? AND " + IN_FORCE
            + " AND type <> 'document' ORDER BY seq LIMIT " + NAMED;

    private static final String STALE = "SELECT seq, id, type, user_id, valid_until FROM ledger WHERE " + IN_FORCE
            + " AND valid_until <= ? AND seq > ? ORDER BY seq LIMIT ?";

    private static final String TEXTS = "SELECT seq, id, type, user_id, content FROM ledger WHERE " + IN_FORCE
            + " AND seq > ? ORDER BY seq LIMIT " + BATCH;

    /** A finding and what its page goes on after. */
    private record Placed(String place, Finding finding) {}

    private record Looked(
            long seq, String id, String type, @Nullable String userId, String content) {}

    private final Foundation base;

    QualityFindings(Foundation base) {
        this.base = base;
    }

    Reply page(Call<QualityQuery> call) {
        QualityQuery query = call.input();
        if (query.kind() == QualityKind.CONFLICTING) {
            return Reply.ok(conflicting(query));
        }
        String name = "quality " + WireNamed.of(query.kind());
        Cursors.Position position = base.cursors().read(query.cursor(), name);
        String after = position == null ? "" : position.id();
        return Reply.ok(base.journal().read(sql -> {
            List<Placed> found = new ArrayList<>();
            String last = switch (query.kind()) {
                case DUPLICATES -> duplicates(sql, after, query.limit(), found);
                case STALE -> stale(sql, after, query.limit(), found);
                case SECRET_LIKE -> secretLike(sql, after, query.limit(), found);
                case CONFLICTING -> throw new IllegalStateException("answered above");
            };
            String next = last == null ? null : base.cursors().after(new Cursors.Position(Instant.EPOCH, last), name);
            List<Finding> findings = found.stream().map(Placed::finding).toList();
            return new QualityReport(query.kind(), findings, findings.size(), next);
        }));
    }

    private QualityReport conflicting(QualityQuery query) {
        Listing.Page<Finding> page = new Listing("memory_conflicts", "conflict_id")
                .where("resolved", 0)
                .page(base.journal(), base.cursors(), query.cursor(), query.limit(), QualityFindings::conflict);
        return new QualityReport(query.kind(), page.rows(), page.rows().size(), page.nextCursor());
    }

    private static Finding conflict(Row row) throws SQLException {
        return new Finding(
                List.of(row.text("memory_id_a"), row.text("memory_id_b")),
                row.text("conflict_type"),
                null,
                "contradict each other, conflict " + row.text("conflict_id"));
    }

    /** Where the next page starts, null if there is none. */
    private static @Nullable String duplicates(Sql sql, String after, int limit, List<Placed> found)
            throws SQLException {
        record Group(String place, String hash, @Nullable String userId, String type, long times) {}
        List<Group> groups = sql.list(
                DUPLICATES,
                row -> new Group(
                        row.text("place"),
                        row.text("content_hash"),
                        row.textOrNull("user_id"),
                        row.text("type"),
                        row.number("times")),
                after,
                limit + 1);
        for (Group group : groups.subList(0, Math.min(limit, groups.size()))) {
            List<String> ids = sql.list(SAME, row -> row.text("id"), group.hash(), group.userId());
            String reason = "the same text " + group.times() + " times";
            found.add(new Placed(group.place(), new Finding(ids, group.type(), group.userId(), reason)));
        }
        return groups.size() > limit ? found.getLast().place() : null;
    }

    private @Nullable String stale(Sql sql, String after, int limit, List<Placed> found) throws SQLException {
        List<Placed> rows = sql.list(STALE, QualityFindings::ended, base.clock().now(), number(after), limit + 1);
        found.addAll(rows.subList(0, Math.min(limit, rows.size())));
        return rows.size() > limit ? found.getLast().place() : null;
    }

    private static Placed ended(Row row) throws SQLException {
        return new Placed(
                String.valueOf(row.number("seq")),
                new Finding(
                        List.of(row.text("id")),
                        row.text("type"),
                        row.textOrNull("user_id"),
                        "held until " + row.text("valid_until")));
    }

    private static @Nullable String secretLike(Sql sql, String after, int limit, List<Placed> found)
            throws SQLException {
        long last = number(after);
        int lookedAt = 0;
        int chars = 0;
        while (lookedAt < MAX_LOOKED_AT && chars < MAX_CHARS) {
            List<Looked> rows = sql.list(
                    TEXTS,
                    row -> new Looked(
                            row.number("seq"),
                            row.text("id"),
                            row.text("type"),
                            row.textOrNull("user_id"),
                            row.text("content")),
                    last);
            for (Looked row : rows) {
                last = row.seq();
                lookedAt++;
                chars += row.content().length();
                if (Redactor.holdsSecret(row.content())) {
                    String reason = "holds what looks like " + String.join(", ", kinds(row.content()));
                    found.add(new Placed(
                            String.valueOf(last), new Finding(List.of(row.id()), row.type(), row.userId(), reason)));
                }
                if (found.size() == limit) {
                    return String.valueOf(last);
                }
            }
            if (rows.size() < BATCH) {
                return null;
            }
        }
        return String.valueOf(last);
    }

    private static Set<String> kinds(String content) {
        Set<String> kinds = new TreeSet<>();
        Matcher kind = KIND.matcher(Redactor.secrets(content));
        while (kind.find()) {
            kinds.add(kind.group(1));
        }
        return kinds;
    }

    private static long number(String place) {
        return place.isEmpty() ? 0 : Long.parseLong(place);
    }
}
