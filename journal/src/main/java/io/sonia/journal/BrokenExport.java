package io.sonia.journal;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.SoniaException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A part of a chain that does not verify, as it is in the store: evidence, in the form of an export that no verifier
 * accepts. Entries that are missing are left out; what is not in its form is a text.
 */
public final class BrokenExport {

    private final Journal journal;
    private final AuditExport sound;

    BrokenExport(Journal journal) {
        this.journal = journal;
        this.sound = new AuditExport(journal);
    }

    /**
     * What such an export says at its beginning; it is tied to nothing where the tree is damaged too.
     *
     * @throws SoniaException as {@link AuditExport#header}, but only for a part of which nothing is there
     */
    public AuditExport.Header header(
            String exportId, String chain, @Nullable Long fromSeq, @Nullable Long toSeq, Instant now) {
        return sound.header(
                new AuditExport.Asked(exportId, chain, fromSeq, toSeq, now), BrokenExport::ends, this::tieIfWhole);
    }

    /** Writes header, entries and trailer; the trailer counts the entries that are there. */
    public void write(AuditExport.Header header, OutputStream out) throws IOException {
        DigestOutputStream hashed = new DigestOutputStream(out, Sha256.newDigest());
        OutputStream lines = new BufferedOutputStream(hashed, AuditExport.BUFFER_BYTES);
        AuditExport.line(lines, header.toMap());
        long entries = 0;
        for (long from = header.fromSeq(); from <= header.toSeq(); from += AuditChain.STEP) {
            for (Map<String, @Nullable Object> entry :
                    found(from, Math.min(header.toSeq(), from + AuditChain.STEP - 1))) {
                AuditExport.line(lines, entry);
                entries++;
            }
        }
        lines.flush();
        AuditExport.end(entries, header.lastHash(), hashed, out);
    }

    /** The entries themselves, oldest first; for parts that fit into one answer. */
    public List<Map<String, @Nullable Object>> entries(AuditExport.Header header) {
        return found(header.fromSeq(), header.toSeq());
    }

    private List<Map<String, @Nullable Object>> found(long from, long to) {
        return journal.read(sql -> StoredEntry.range(sql, from, to)).stream()
                .map(StoredEntry::asFound)
                .toList();
    }

    private static List<StoredEntry> ends(Sql sql, long from, long to) throws SQLException {
        StoredEntry.Selection part =
                new StoredEntry.Selection().and("e.seq >= ?", from).and("e.seq <= ?", to);
        List<StoredEntry> ends = new ArrayList<>(part.oldestFirst(sql, 1));
        ends.addAll(part.newestFirst(sql, 1));
        return ends;
    }

    private AuditExport.@Nullable Tie tieIfWhole(AuditTree.Anchor anchor, long from, long to) {
        try {
            return sound.tie(anchor, from, to);
        } catch (SoniaException e) {
            if (e.code() == ErrorCode.AUDIT_CHAIN_BROKEN) {
                return null;
            }
            throw e;
        }
    }
}
