package io.sonia.memory;

import io.sonia.contracts.Listing;
import io.sonia.contracts.memory.Conflict;
import io.sonia.contracts.memory.Conflict.Kind;
import io.sonia.contracts.memory.Conflict.Resolution;
import io.sonia.contracts.memory.Conflict.Severity;
import io.sonia.contracts.memory.ConflictFilter;
import io.sonia.contracts.memory.ConflictList;
import io.sonia.contracts.memory.ConflictResolve;
import io.sonia.contracts.memory.ConflictResolved;
import io.sonia.contracts.memory.Item;
import io.sonia.contracts.memory.Subtype;
import io.sonia.journal.Answers;
import io.sonia.journal.Row;
import io.sonia.journal.Sql;
import io.sonia.journal.Tx;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.json.WireNamed;
import io.sonia.memory.Draft.Validity;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Memories that contradict each other: found when one is stored, shown, and ended by a person. They block nothing. */
final class Conflicts {

    /** Conflicts that one new memory can cause. */
    private static final int MAX_FOUND = 20;

    private static final String SAME_TOPIC = "SELECT * FROM ledger WHERE topic = ? AND user_id IS ? AND id <> ?"
            + " AND archived_at IS NULL AND superseded_at IS NULL AND redacted_at IS NULL ORDER BY seq DESC LIMIT 100";

    private final Foundation base;
    private final Ledger ledger;

    Conflicts(Foundation base, Ledger ledger) {
        this.base = base;
        this.ledger = ledger;
    }

    /** Puts on record what the new memory contradicts. */
    List<Conflict> found(Sql sql, Item stored, TypedContent content, Instant now) throws SQLException {
        String topic = content.topic();
        Subtype subtype = stored.subtype();
        if (topic == null || subtype == null) {
            return List.of();
        }
        List<Conflict> found = new ArrayList<>();
        for (Item other : sql.list(SAME_TOPIC, Ledger::item, topic, stored.userId(), stored.id())) {
            boolean sameTime = validity(stored).overlaps(validity(other));
            boolean against = content.contradicts(TypedContent.stored(subtype, other.content()));
            if (sameTime && against && found.size() < MAX_FOUND) {
                found.add(put(sql, other.id(), stored.id(), subtype, now));
            }
        }
        return found;
    }

    /** Tells of conflicts that were found, with the memory that brought them. */
    static void tell(Tx tx, List<Conflict> found, AuditEvent.Origin origin) throws SQLException {
        for (Conflict each : found) {
            tx.audit(AuditEvent.of("memory.conflict.detected", origin)
                    .about("conflict", each.conflictId())
                    .detail(Map.of(
                            "memory_ids",
                            List.of(each.memoryIdA(), each.memoryIdB()),
                            "severity",
                            WireNamed.of(each.severity()))));
        }
    }

    private static Validity validity(Item item) {
        return new Validity(item.validFrom(), item.validUntil());
    }

    private Conflict put(Sql sql, String older, String newer, Subtype subtype, Instant now) throws SQLException {
        boolean fact = subtype == Subtype.FACT;
        Conflict conflict = new Conflict(
                base.ids().next("cfl_"),
                older,
                newer,
                fact ? Kind.FACT_CONTRADICTION : Kind.PREFERENCE_CONFLICT,
                fact ? Severity.HIGH : Severity.MEDIUM,
                now,
                false,
                null,
                null,
                null,
                null);
        sql.update(
                "INSERT INTO memory_conflicts (conflict_id, memory_id_a, memory_id_b, conflict_type, severity, created_at)"
                        + " VALUES (?, ?, ?, ?, ?, ?)",
                conflict.conflictId(),
                older,
                newer,
                conflict.conflictType().name(),
                conflict.severity().name(),
                now);
        return conflict;
    }

    Reply list(Call<ConflictFilter> call) {
        ConflictFilter filter = call.input();
        @Nullable String memory = filter.memoryId() == null ? null : Ids.checked(filter.memoryId());
        Listing listing = new Listing("memory_conflicts", "conflict_id")
                .whereAny(List.of("memory_id_a", "memory_id_b"), memory)
                .where("resolved", filter.resolved() == null ? null : filter.resolved() ? 1 : 0);
        Listing.Page<Conflict> page =
                listing.page(base.journal(), base.cursors(), filter.cursor(), filter.limit(), Conflicts::read);
        return Reply.ok(new ConflictList(page.rows(), page.rows().size(), page.total(), page.nextCursor()));
    }

    /** Ends a conflict as a person decides. */
    Reply resolve(Call<ConflictResolve> call) {
        String id = Ids.checked(call.path("conflict_id"));
        ConflictResolve input = call.input();
        Instant now = base.clock().now();
        return base.journal().commit(tx -> {
            Conflict conflict = tx.sql()
                    .one("SELECT * FROM memory_conflicts WHERE conflict_id = ?", Conflicts::read, id)
                    .orElseThrow(() -> SoniaException.of(ErrorCode.NOT_FOUND));
            if (conflict.resolved()) {
                throw SoniaException.of(ErrorCode.INVALID_STATE).with("state", "resolved");
            }
            List<String> changed = carriedOut(tx.sql(), conflict, input.resolution(), now);
            tx.sql()
                    .update(
                            "UPDATE memory_conflicts SET resolved = 1, resolution = ?, resolution_note = ?, resolved_at = ?,"
                                    + " resolved_by = ? WHERE conflict_id = ?",
                            input.resolution().name(),
                            input.resolutionNote(),
                            now,
                            call.caller().actorId(),
                            id);
            tx.audit(call.audit()
                    .about("memory_conflict", id)
                    .detail(Map.of("resolution", WireNamed.of(input.resolution()), "changed", changed)));
            return Answers.keep(tx, call, Reply.ok(new ConflictResolved("resolved", id, changed)));
        });
    }

    /** What is not in force any more afterwards; one that ended meanwhile stays as it is. */
    private List<String> carriedOut(Sql sql, Conflict conflict, Resolution resolution, Instant now)
            throws SQLException {
        String older = conflict.memoryIdA();
        String newer = conflict.memoryIdB();
        String loser = resolution == Resolution.SUPERSEDE ? older : newer;
        boolean inForce = ledger.find(sql, loser)
                .filter(each -> each.supersededBy() == null && !each.redacted())
                .isPresent();
        if (resolution == Resolution.COEXIST || !inForce) {
            return List.of();
        }
        if (resolution == Resolution.REJECT) {
            ledger.archive(sql, newer, now);
        } else {
            ledger.join(sql, older, newer);
            ledger.supersede(sql, loser, loser.equals(older) ? newer : older, now);
        }
        return List.of(loser);
    }

    private static Conflict read(Row row) throws SQLException {
        @Nullable String resolution = row.textOrNull("resolution");
        return new Conflict(
                row.text("conflict_id"),
                row.text("memory_id_a"),
                row.text("memory_id_b"),
                Kind.valueOf(row.text("conflict_type")),
                Severity.valueOf(row.text("severity")),
                row.instant("created_at"),
                row.truth("resolved"),
                resolution == null ? null : Resolution.valueOf(resolution.toUpperCase(Locale.ROOT)),
                row.textOrNull("resolution_note"),
                row.instantOrNull("resolved_at"),
                row.textOrNull("resolved_by"));
    }
}
