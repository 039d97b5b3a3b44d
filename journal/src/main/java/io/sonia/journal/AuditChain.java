package io.sonia.journal;

import io.sonia.kernel.SoniaException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The reading end of the audit chain. Nothing is returned unverified: an entry must match its own hash and both its
 * neighbours, and the newest one must be the one this process wrote last.
 */
public final class AuditChain {

    /** The largest page and the longest trace. */
    public static final int MAX_LISTED = 5000;

    /** Entries checked by one verification. */
    public static final long MAX_VERIFIED = 1_000_000;

    /** Entries read per snapshot, so that a long verification does not hold the write-ahead log. */
    static final int STEP = 2000;

    /** The newest entry: how many there are, and its hash. */
    public record Head(long size, String hash) {

        static final Head EMPTY = new Head(0, EntryHash.ZEROS);
    }

    /** What entries to list; null means any. Bounds are inclusive. */
    public record Filter(
            @Nullable Long fromSeq,
            @Nullable Long toSeq,
            @Nullable String actorId,
            @Nullable String operation,
            @Nullable String outcome,
            @Nullable String correlationId,
            @Nullable String resourceId,
            @Nullable Instant since,
            @Nullable Instant until) {

        public static final Filter ALL = new Filter(null, null, null, null, null, null, null, null, null);

        public static Filter between(long fromSeq, long toSeq) {
            return new Filter(fromSeq, toSeq, null, null, null, null, null, null, null);
        }
    }

    /**
     * Some entries, newest first.
     *
     * @param total all entries that match the filter
     * @param next what to pass as {@code before} for the following page; null at the end
     */
    public record Page(
            List<AuditEntry> entries,
            Head head,
            long total,
            @Nullable Long next) {}

    /**
     * The result of checking a part of the chain.
     *
     * @param firstHash hash of the first entry checked; null if there was none
     * @param lastHash hash of the last entry found good; null if there was none
     */
    public record Verification(
            boolean valid,
            long checkedEntries,
            @Nullable Long firstBadSeq,
            @Nullable String reason,
            @Nullable String firstHash,
            @Nullable String lastHash) {

        private Optional<ChainBreak> broken() {
            return firstBadSeq == null || reason == null
                    ? Optional.empty()
                    : Optional.of(new ChainBreak(firstBadSeq, reason));
        }
    }

    /** Is told of each break that a reading meets. */
    public interface BreakListener {
        void broken(long firstBadSeq, String reason);
    }

    private final Journal journal;
    private final KnownHeads heads;
    private final List<BreakListener> listeners = new CopyOnWriteArrayList<>();

    AuditChain(Journal journal, KnownHeads heads) {
        this.journal = journal;
        this.heads = heads;
    }

    /** The newest durable entry. */
    public Head head() {
        return journal.read(heads::durable);
    }

    /**
     * Entries that match, newest first.
     *
     * @param before only entries older than this sequence number; null starts at the newest
     * @throws io.sonia.kernel.SoniaException AUDIT_CHAIN_BROKEN with {@code first_bad_seq} and {@code reason},
     *     AUDIT_PRUNED if all that the filter asks for was removed
     */
    public Page entries(Filter filter, int limit, @Nullable Long before) {
        StoredEntry.Selection matching = selection(filter);
        return journal.read(sql -> {
            Head head = heads.durable(sql);
            Head base = heads.base(sql);
            refuseGone(filter.toSeq(), base);
            checkTail(sql, head);
            StoredEntry.Selection there = matching.and("e.seq > ?", base.size() == 0 ? null : base.size());
            long total = filter.equals(Filter.ALL) ? head.size() - base.size() : there.count(sql);
            StoredEntry.Selection page = there.and("e.seq < ?", before);
            List<AuditEntry> entries = verified(sql, page.newestFirst(sql, bounded(limit)), base, head);
            boolean more = entries.size() == limit;
            return new Page(entries, head, total, more ? entries.getLast().seq() : null);
        });
    }

    /**
     * The entries of one correlation id, oldest first.
     *
     * @throws io.sonia.kernel.SoniaException AUDIT_CHAIN_BROKEN with {@code first_bad_seq} and {@code reason}
     */
    public List<AuditEntry> trace(String correlationId, int limit) {
        StoredEntry.Selection matching = new StoredEntry.Selection().traced(correlationId);
        return journal.read(sql -> {
            Head head = heads.durable(sql);
            Head base = heads.base(sql);
            checkTail(sql, head);
            StoredEntry.Selection there = matching.and("e.seq > ?", base.size() == 0 ? null : base.size());
            return verified(sql, there.oldestFirst(sql, bounded(limit)), base, head);
        });
    }

    /**
     * Recomputes every hash from {@code fromSeq} to {@code toSeq}, both included; null means the first that is there and
     * the newest. Checks at most {@link #MAX_VERIFIED} entries.
     */
    public Verification verify(@Nullable Long fromSeq, @Nullable Long toSeq) {
        while (true) {
            Head base = base();
            Verification found = verify(base, fromSeq, toSeq);
            if (found.valid() || base.equals(base())) {
                found.broken().ifPresent(this::told);
                return found;
            }
        }
    }

    /** Has the listener told of breaks from now on, whichever reading meets them; on the thread that reads. */
    public void whenBroken(BreakListener listener) {
        listeners.add(listener);
    }

    /** The refusal of a reading that met a break. */
    SoniaException refusal(ChainBreak broken) {
        told(broken);
        return broken.asException();
    }

    private void told(ChainBreak broken) {
        listeners.forEach(each -> each.broken(broken.firstBadSeq(), broken.reason()));
    }

    /** What the first entry that is there continues: nothing, unless older ones were removed. */
    Head base() {
        return journal.read(heads::base);
    }

    private Verification verify(Head base, @Nullable Long fromSeq, @Nullable Long toSeq) {
        Head head = head();
        long from = Math.max(base.size() + 1, fromSeq == null ? 1 : fromSeq);
        long to = Math.min(toSeq == null ? head.size() : Math.min(toSeq, head.size()), from + MAX_VERIFIED - 1);
        if (from > Math.max(1, to)) {
            return new Verification(true, 0, null, null, null, null);
        }
        ChainWalk walk = new WalkInPieces(journal, base, from, to).result();
        if (walk.good() && to == head.size()) {
            walk.endsAt(head);
            journal.read(sql -> {
                walk.nothingBeyond(StoredEntry.newest(sql), heads.written(sql));
                return walk;
            });
        }
        return walk.result();
    }

    private List<AuditEntry> verified(Sql sql, List<StoredEntry> found, Head base, Head head) throws SQLException {
        EntryHash hash = new EntryHash();
        Head written = heads.written(sql);
        for (StoredEntry entry : found) {
            ChainBreak broken = entry.check(hash, base, head, written);
            if (broken != null) {
                throw refusal(broken);
            }
        }
        return found.stream().map(StoredEntry::decoded).toList();
    }

    private static void refuseGone(@Nullable Long toSeq, Head base) {
        if (toSeq != null && toSeq <= base.size()) {
            throw AuditPruning.gone(base);
        }
    }

    private void checkTail(Sql sql, Head head) throws SQLException {
        long newest = StoredEntry.newest(sql);
        if (newest < head.size()) {
            throw refusal(new ChainBreak(newest + 1, ChainBreak.GAP));
        }
    }

    private static int bounded(int limit) {
        if (limit < 1 || limit > MAX_LISTED) {
            throw new IllegalArgumentException("expected a limit from 1 to " + MAX_LISTED + ", met " + limit);
        }
        return limit;
    }

    private static StoredEntry.Selection selection(Filter filter) {
        return new StoredEntry.Selection()
                .and("e.seq >= ?", filter.fromSeq())
                .and("e.seq <= ?", filter.toSeq())
                .and("e.actor_id = ?", filter.actorId())
                .and("e.operation = ?", filter.operation())
                .and("e.outcome = ?", filter.outcome())
                .traced(filter.correlationId())
                .and("e.resource_id = ?", filter.resourceId())
                .and("e.timestamp >= ?", filter.since())
                .and("e.timestamp <= ?", filter.until());
    }
}
