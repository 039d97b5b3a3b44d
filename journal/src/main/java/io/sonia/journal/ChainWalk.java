package io.sonia.journal;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One verification in progress: entries are taken in order until one does not continue the chain. */
final class ChainWalk {

    private final EntryHash hash = new EntryHash();
    private final long from;
    private final byte[] before;
    private long next;
    private byte[] last;
    private byte @Nullable [] first;
    private @Nullable ChainBreak broken;

    private ChainWalk(long from, @Nullable String hashBefore) {
        this.from = from;
        this.next = from;
        this.before = hashBefore == null ? new byte[0] : bytes(hashBefore);
        this.last = before;
        this.broken = hashBefore == null ? new ChainBreak(from - 1, ChainBreak.GAP) : null;
    }

    /**
     * A walk that continues the entry before {@code from}.
     *
     * @param base what the chain's first entry continues; it must say so itself
     */
    static ChainWalk startingAt(Sql sql, long from, AuditChain.Head base) throws SQLException {
        if (from != base.size() + 1) {
            String before = sql.one("SELECT hash FROM audit_entries WHERE seq = ?", row -> row.text("hash"), from - 1)
                    .orElse(null);
            return new ChainWalk(from, before);
        }
        ChainWalk walk = new ChainWalk(from, base.hash());
        if (!AuditPruning.recorded(sql, base)) {
            walk.cannotRead(ChainBreak.UNRECORDED_PRUNING);
        }
        return walk;
    }

    boolean good() {
        return broken == null;
    }

    Optional<ChainBreak> broken() {
        return Optional.ofNullable(broken);
    }

    /** The sequence number that has to come next. */
    long next() {
        return next;
    }

    /** Takes the entries that were found from {@link #next} on; none found is a gap. */
    void takeAll(List<StoredEntry> entries) {
        if (entries.isEmpty()) {
            broken = new ChainBreak(next, ChainBreak.GAP);
        }
        for (StoredEntry entry : entries) {
            take(entry);
            if (broken != null) {
                return;
            }
        }
    }

    /** Reads the entries from {@link #next} to the given one, both included, and takes them; none found is a gap. */
    void takeUpTo(Sql sql, long to) throws SQLException {
        long begin = next;
        StoredEntry.forEach(sql, begin, to, entry -> {
            if (broken == null) {
                take(entry);
            }
        });
        if (broken == null && next == begin) {
            broken = new ChainBreak(next, ChainBreak.GAP);
        }
    }

    /** The entry that has to come next cannot be read. */
    void cannotRead(String reason) {
        broken = new ChainBreak(next, reason);
    }

    /** Takes what another walk has found that began behind the last entry of this one. */
    void goesOn(ChainWalk other) {
        if (broken == null && !Arrays.equals(last, other.before)) {
            broken = new ChainBreak(next, ChainBreak.PREV_HASH);
        }
        if (broken == null) {
            broken = other.broken;
            last = other.last;
            next = other.next;
        }
    }

    /** The newest entry must be the one that was written last. */
    void endsAt(AuditChain.Head head) {
        if (head.size() >= from && !Arrays.equals(last, bytes(head.hash()))) {
            broken = new ChainBreak(head.size(), ChainBreak.HEAD);
        }
    }

    /** Nothing may be there beyond what was written. */
    void nothingBeyond(long newest, AuditChain.Head written) {
        if (broken == null && newest > written.size()) {
            broken = new ChainBreak(written.size() + 1, ChainBreak.BEYOND_HEAD);
        }
    }

    AuditChain.Verification result() {
        long checked = next - from;
        return new AuditChain.Verification(
                broken == null,
                checked,
                broken == null ? null : broken.firstBadSeq(),
                broken == null ? null : broken.reason(),
                first == null ? null : text(first),
                checked == 0 ? null : text(last));
    }

    private void take(StoredEntry entry) {
        if (entry.seq() != next) {
            broken = new ChainBreak(next, ChainBreak.GAP);
        } else if (!entry.texts().is(AuditField.PREV_HASH, last)) {
            broken = new ChainBreak(next, ChainBreak.PREV_HASH);
        } else {
            broken = entry.check(hash);
        }
        if (broken == null) {
            last = entry.texts().required(AuditField.HASH);
            first = first == null ? last : first;
            next++;
        }
    }

    private static byte[] bytes(String hash) {
        return hash.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] hash) {
        return new String(hash, StandardCharsets.UTF_8);
    }
}
