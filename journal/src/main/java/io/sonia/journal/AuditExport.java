package io.sonia.journal;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Timestamps;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A part of a chain as an outsider takes it: JSON Lines with what ties the part to the last signed head, as
 * docs/audit-format.md says. It is verified while it is written.
 */
public final class AuditExport {

    /** Entries in one export. */
    public static final long MAX_ENTRIES = 1_000_000;

    static final int BUFFER_BYTES = 64 * 1024;

    /**
     * What ties a part of the chain to a signed head.
     *
     * @param previous the head that the export before was tied to; null if there is none
     * @param consistency that this head continues the previous one
     */
    public record Tie(
            AuditTree.Anchor anchor,
            AuditTree.Surroundings range,
            AuditTree.@Nullable Anchor previous,
            List<String> consistency) {

        private static final Map<String, @Nullable Object> NONE = none();

        private static Map<String, @Nullable Object> none() {
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            map.put("checkpoint", null);
            map.put("range", null);
            map.put("previous", null);
            return map;
        }

        private Map<String, @Nullable Object> toMap() {
            Map<String, @Nullable Object> map = new LinkedHashMap<>(NONE);
            map.put("checkpoint", anchor.note());
            map.put("range", Map.of("left", range.left(), "right", range.right()));
            map.put("previous", previous == null ? null : Map.of("checkpoint", previous.note(), "path", consistency));
            return map;
        }
    }

    /**
     * What the export is about.
     *
     * @param tie null if none of the entries is in a signed head yet
     */
    public record Header(
            String exportId,
            Instant exportedAt,
            String chain,
            long fromSeq,
            long toSeq,
            String firstHash,
            String lastHash,
            String prevHash,
            @Nullable Tie tie) {

        public long entryCount() {
            return toSeq - fromSeq + 1;
        }

        Map<String, @Nullable Object> toMap() {
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            map.put("format", "sonia-audit-export/1");
            map.put("export_id", exportId);
            map.put("exported_at", Timestamps.format(exportedAt));
            map.put("chain", chain);
            map.put("from_seq", fromSeq);
            map.put("to_seq", toSeq);
            map.put("entry_count", entryCount());
            map.put("first_hash", firstHash);
            map.put("last_hash", lastHash);
            map.put("prev_hash", prevHash);
            map.putAll(tie == null ? Tie.NONE : tie.toMap());
            return map;
        }
    }

    private final Journal journal;

    AuditExport(Journal journal) {
        this.journal = journal;
    }

    /**
     * What an export of these entries says at its beginning. Without bounds it goes from the first entry to the last one
     * that was signed.
     *
     * @throws SoniaException NOT_FOUND if there is no such entry, AUDIT_PRUNED if the first was removed,
     *     INVALID_ARGUMENT if there are too many, AUDIT_CHAIN_BROKEN if the first or the last one is missing
     */
    public Header header(String exportId, String chain, @Nullable Long fromSeq, @Nullable Long toSeq, Instant now) {
        return header(new Asked(exportId, chain, fromSeq, toSeq, now), this::ends, this::tie);
    }

    /** What is to be exported; null stands for the first entry, and the last one that was signed. */
    record Asked(
            String exportId,
            String chain,
            @Nullable Long fromSeq,
            @Nullable Long toSeq,
            Instant now) {}

    /** How the first and the last entry of a part are found; none at all is allowed. */
    interface Ends {
        List<StoredEntry> read(Sql sql, long from, long to) throws SQLException;
    }

    /** How a part is tied to a signed head. */
    interface Tying {
        @Nullable
        Tie tie(AuditTree.Anchor anchor, long from, long to);
    }

    Header header(Asked asked, Ends found, Tying tying) {
        AuditTree.Anchor anchor = journal.tree().anchor().orElse(null);
        long size = journal.chain().head().size();
        AuditChain.Head base = journal.chain().base();
        long from = asked.fromSeq() == null ? base.size() + 1 : asked.fromSeq();
        long signed = anchor == null ? size : anchor.size();
        long to = Math.min(size, asked.toSeq() == null ? Math.max(from, signed) : asked.toSeq());
        if (from < 1 || from > to) {
            throw SoniaException.of(ErrorCode.NOT_FOUND, "There are no such entries")
                    .with("size", size);
        }
        if (from <= base.size()) {
            throw AuditPruning.gone(base);
        }
        if (to - from >= MAX_ENTRIES) {
            throw SoniaException.of(ErrorCode.INVALID_ARGUMENT, "An export has at most a million entries")
                    .with("limit", MAX_ENTRIES);
        }
        List<StoredEntry> ends = journal.read(sql -> found.read(sql, from, to));
        if (ends.isEmpty()) {
            throw SoniaException.of(ErrorCode.NOT_FOUND, "There are no such entries")
                    .with("size", size);
        }
        return new Header(
                asked.exportId(),
                asked.now(),
                asked.chain(),
                from,
                to,
                ends.getFirst().hash(),
                ends.getLast().hash(),
                ends.getFirst().prevHash(),
                anchor == null || anchor.size() < from ? null : tying.tie(anchor, from, to));
    }

    private List<StoredEntry> ends(Sql sql, long from, long to) throws SQLException {
        List<StoredEntry> first = StoredEntry.range(sql, from, from);
        List<StoredEntry> last = StoredEntry.range(sql, to, to);
        if (first.isEmpty() || last.isEmpty()) {
            throw journal.chain().refusal(new ChainBreak(first.isEmpty() ? from : to, ChainBreak.GAP));
        }
        return List.of(first.getFirst(), last.getFirst());
    }

    Tie tie(AuditTree.Anchor anchor, long from, long to) {
        AuditTree tree = journal.tree();
        AuditTree.Anchor previous = tree.exportedBefore(anchor.size()).orElse(null);
        return new Tie(
                anchor,
                tree.surroundings(from, to, anchor.size()),
                previous,
                previous == null ? List.of() : tree.consistency(previous.size(), anchor.size()));
    }

    /**
     * Writes header, entries and trailer.
     *
     * @throws SoniaException AUDIT_CHAIN_BROKEN where the chain does not verify; what was written lacks its trailer then
     */
    public void write(Header header, OutputStream out) throws IOException {
        DigestOutputStream hashed = new DigestOutputStream(out, Sha256.newDigest());
        OutputStream lines = new BufferedOutputStream(hashed, BUFFER_BYTES);
        line(lines, header.toMap());
        ChainWalk walk = walk(header);
        while (walk.good() && walk.next() <= header.toSeq()) {
            long from = walk.next();
            List<StoredEntry> step = journal.read(
                    sql -> StoredEntry.range(sql, from, Math.min(header.toSeq(), from + AuditChain.STEP - 1)));
            walk.takeAll(step);
            if (walk.good()) {
                for (StoredEntry entry : step) {
                    entry.decoded().writeLine(lines);
                }
            }
        }
        lines.flush();
        Optional<ChainBreak> broken = walk.broken();
        if (broken.isPresent()) {
            throw journal.chain().refusal(broken.get());
        }
        end(header.entryCount(), header.lastHash(), hashed, out);
    }

    /** The trailer, over everything that was written before. */
    static void end(long entries, String lastHash, DigestOutputStream hashed, OutputStream out) throws IOException {
        Map<String, @Nullable Object> trailer = new LinkedHashMap<>();
        trailer.put("entries", entries);
        trailer.put("last_hash", lastHash);
        trailer.put("sha256", HexFormat.of().formatHex(hashed.getMessageDigest().digest()));
        line(out, trailer);
    }

    /** The entries themselves, verified, oldest first; for parts that fit into one answer. */
    public List<AuditEntry> entries(Header header) {
        ChainWalk walk = walk(header);
        List<StoredEntry> found = journal.read(sql -> StoredEntry.range(sql, header.fromSeq(), header.toSeq()));
        walk.takeAll(found);
        Optional<ChainBreak> broken = walk.broken();
        if (broken.isPresent()) {
            throw journal.chain().refusal(broken.get());
        }
        return found.stream().map(StoredEntry::decoded).toList();
    }

    private ChainWalk walk(Header header) {
        AuditChain.Head base = journal.chain().base();
        if (header.fromSeq() <= base.size()) {
            throw AuditPruning.gone(base);
        }
        return journal.read(sql -> ChainWalk.startingAt(sql, header.fromSeq(), base));
    }

    static void line(OutputStream out, Map<String, @Nullable Object> value) throws IOException {
        out.write((Json.text(value) + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
