package io.sonia.journal;

import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Timestamps;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Removal of the oldest entries of a chain, up to one whose head was signed. What remains continues the last entry that
 * went, and the Merkle tree keeps the hashes that proofs of it need; an entry of the chain says what was removed.
 */
public final class AuditPruning {

    /** The operation of the entry that says what was removed. */
    public static final String OPERATION = "audit.pruned";

    private static final String NEWEST = AuditTree.ANCHOR + " WHERE size <= ? AND size > ? ORDER BY size DESC LIMIT 1";

    private static final String BASE = "SELECT size, hash FROM audit_pruned ORDER BY size DESC LIMIT 1";
    static final String NEWEST_PRUNED =
            "SELECT size, hash, merkle_root, note, signed_at FROM audit_pruned ORDER BY size DESC LIMIT 1";
    private static final String RECORD =
            "INSERT INTO audit_pruned (size, hash, merkle_root, note, signed_at, pruned_at)"
                    + " VALUES (?, ?, ?, ?, ?, ?)";
    private static final String RECORDED = "SELECT count(*) FROM audit_entries WHERE operation = '" + OPERATION
            + "' AND resource_id = ? AND seq > ? AND detail ->> 'last_hash' = ?";
    private static final String FIRST_KEPT =
            "SELECT seq FROM audit_entries WHERE seq > ? AND timestamp >= ? ORDER BY seq LIMIT 1";
    private static final String FIRST_KEPT_OF_CLASS = "SELECT seq FROM audit_entries WHERE seq > ? AND timestamp >= ?"
            + " AND (operation = ? OR substr(operation, 1, ?) = ?) ORDER BY seq LIMIT 1";
    private static final String DELETE = "DELETE FROM audit_entries WHERE seq IN"
            + " (SELECT seq FROM audit_entries WHERE seq <= ? ORDER BY seq LIMIT ?)";
    private static final String FORGET_ANCHORS = "DELETE FROM audit_anchors WHERE size < ? AND exported_at IS NULL";
    private static final String TABLE = "SELECT count(*) FROM schema_version WHERE part = '" + Migrator.CORE
            + "' AND direction = 'up' AND checksum = ?";

    /**
     * What may go.
     *
     * @param beforeSeq no entry from this one on; null for no such bound
     * @param before no entry that is not older
     * @param classes for operations that begin with this word, no entry that is not older than this
     */
    public record Bounds(@Nullable Long beforeSeq, Instant before, Map<String, Instant> classes) {}

    /**
     * What would go.
     *
     * @param anchor the signed head that what remains continues
     */
    public record Plan(long fromSeq, AuditTree.Anchor anchor) {

        public long entries() {
            return anchor.size() - fromSeq + 1;
        }
    }

    private final Journal journal;

    public AuditPruning(Journal journal) {
        this.journal = journal;
    }

    /**
     * The newest signed head that only entries within these bounds are up to; empty if there is none.
     *
     * @throws SoniaException INVALID_STATE if entries before the number are too young
     */
    public Optional<Plan> plan(Bounds bounds) {
        return journal.read(sql -> {
            AuditChain.Head base = base(sql);
            long last = Math.min(firstKept(sql, base.size(), bounds) - 1, StoredEntry.newest(sql));
            Long beforeSeq = bounds.beforeSeq();
            if (beforeSeq != null && beforeSeq - 1 > last) {
                throw tooYoung();
            }
            last = beforeSeq == null ? last : beforeSeq - 1;
            return sql.one(NEWEST, AuditTree::anchor, last, base.size())
                    .map(anchor -> new Plan(base.size() + 1, anchor));
        });
    }

    /**
     * Removes what was planned: first, in one commit, that it is removed goes on record, then the entries go.
     *
     * @param batch entries removed in one commit
     * @return the number of those commits
     * @throws SoniaException CONFLICT if others were removed meanwhile
     */
    public int prune(Plan plan, AuditEvent.Origin origin, int batch, Instant now) {
        journal.tree().integrate();
        journal.commit(tx -> begin(tx, plan, origin, now));
        return removeLeft(batch);
    }

    /** Puts on record that the entries are removed; from now on nobody reads them. */
    static AuditEntry begin(Tx tx, Plan plan, AuditEvent.Origin origin, Instant now) throws SQLException {
        if (base(tx.sql()).size() != plan.fromSeq() - 1) {
            throw SoniaException.of(ErrorCode.CONFLICT, "Other entries were removed meanwhile");
        }
        AuditTree.Anchor anchor = plan.anchor();
        AuditTree.keepLeaves(tx.sql(), anchor.size());
        tx.sql().update(RECORD, anchor.size(), anchor.lastHash(), anchor.root(), anchor.note(), anchor.signedAt(), now);
        tx.sql().update(FORGET_ANCHORS, anchor.size());
        return tx.audit(AuditEvent.of(OPERATION, origin)
                .about("audit_prune", String.valueOf(anchor.size()))
                .detail(detail(plan)));
    }

    /** Removes entries that are on record as removed and still there, of a process that ended in between. */
    int removeLeft(int batch) {
        int commits = 0;
        while (journal.read(sql -> sql.number(
                        "SELECT count(*) FROM audit_entries WHERE seq <= ? AND seq IN"
                                + " (SELECT min(seq) FROM audit_entries)",
                        base(sql).size()))
                > 0) {
            journal.commit(tx -> tx.sql().update(DELETE, base(tx.sql()).size(), batch));
            commits++;
        }
        return commits;
    }

    /** What the first entry that is there continues. */
    static AuditChain.Head base(Sql sql) throws SQLException {
        return sql.one(BASE, PostgresHeads::head).orElse(AuditChain.Head.EMPTY);
    }

    /** As {@link #base}, of a store that may be older than the table. */
    static AuditChain.Head baseIfKnown(Sql sql) throws SQLException {
        return sql.number(TABLE, CoreSchema.pruned(1).checksum()) == 0 ? AuditChain.Head.EMPTY : base(sql);
    }

    /** Whether the chain itself says that the entries up to its beginning were removed. */
    static boolean recorded(Sql sql, AuditChain.Head base) throws SQLException {
        return base.size() == 0 || sql.number(RECORDED, String.valueOf(base.size()), base.size(), base.hash()) > 0;
    }

    /** Refuses to remove entries within their retention. */
    public static SoniaException tooYoung() {
        return SoniaException.of(ErrorCode.INVALID_STATE, "Some of these entries are within their retention");
    }

    /** Refuses an entry that was removed. */
    static SoniaException gone(AuditChain.Head base) {
        return SoniaException.of(ErrorCode.AUDIT_PRUNED).with("anchor_seq", base.size());
    }

    private static long firstKept(Sql sql, long base, Bounds bounds) throws SQLException {
        long first = seq(sql, FIRST_KEPT, base, Timestamps.format(bounds.before()));
        for (Map.Entry<String, Instant> each : bounds.classes().entrySet()) {
            String word = each.getKey();
            String prefix = word + ".";
            String since = Timestamps.format(each.getValue());
            first = Math.min(first, seq(sql, FIRST_KEPT_OF_CLASS, base, since, word, prefix.length(), prefix));
        }
        return first;
    }

    private static long seq(Sql sql, String query, Object... args) throws SQLException {
        List<Long> found = sql.list(query, row -> row.number("seq"), args);
        return found.isEmpty() ? Long.MAX_VALUE : found.getFirst();
    }

    private static Map<String, @Nullable Object> detail(Plan plan) {
        AuditTree.Anchor anchor = plan.anchor();
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        detail.put("from_seq", plan.fromSeq());
        detail.put("to_seq", anchor.size());
        detail.put("entries", plan.entries());
        detail.put("last_hash", anchor.lastHash());
        detail.put("merkle_root", anchor.root());
        detail.put("checkpoint", anchor.note());
        return detail;
    }
}
