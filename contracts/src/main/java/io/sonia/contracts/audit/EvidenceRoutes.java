package io.sonia.contracts.audit;

import io.sonia.journal.AuditChain;
import io.sonia.journal.AuditEntry;
import io.sonia.journal.AuditExport;
import io.sonia.journal.AuditTree;
import io.sonia.journal.BrokenExport;
import io.sonia.journal.Journal;
import io.sonia.journal.TileExport;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.identity.Role;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an outsider gets of one service's chain: exports and proofs. That they were given is itself put on record. */
public final class EvidenceRoutes {

    /** Entries in an answer that is one JSON object. */
    static final int MAX_IN_ENVELOPE = 10_000;

    private static final String JSON_LINES = "application/jsonl";
    private static final String ZIP = "application/zip";
    private static final String TEXT = "text/plain; charset=utf-8";

    private final ServiceName service;
    private final Journal journal;
    private final Attestation attestation;
    private final Clock clock;
    private final Ids ids;

    public EvidenceRoutes(ServiceName service, Journal journal, Attestation attestation, Clock clock, Ids ids) {
        this.service = service;
        this.journal = journal;
        this.attestation = attestation;
        this.clock = clock;
        this.ids = ids;
    }

    public List<Route<?>> list() {
        return List.of(
                Route.of(Operation.AUDIT_EXPORT, ExportQuery.class, ExportAnswer.class, this::export),
                Route.of(Operation.AUDIT_PROOF, ProofQuery.class, ProofAnswer.class, this::prove));
    }

    /** An export in the format asked for. */
    public Reply export(Call<ExportQuery> call) {
        attestation.renew().run();
        ExportQuery query = call.input();
        if (query.allowBroken() && call.caller().role() != Role.OPERATOR) {
            throw SoniaException.of(ErrorCode.FORBIDDEN, "Only an operator takes a chain that does not verify");
        }
        if (query.format() == ExportFormat.TILES) {
            return tiles(call.audit());
        }
        return query.allowBroken() && !sound(query) ? asFound(call) : verified(call);
    }

    private boolean sound(ExportQuery query) {
        return journal.chain().verify(query.fromSeq(), query.toSeq()).valid();
    }

    private Reply verified(Call<ExportQuery> call) {
        ExportQuery query = call.input();
        AuditExport export = journal.tree().export();
        Part part = part(query, export::header);
        AuditExport.Header header = part.header();
        Reply reply = query.format() == ExportFormat.JSON
                ? answer(part, true, maps(export.entries(header)))
                : file(export, header);
        record(call.audit(), header, true);
        AuditExport.Tie tie = header.tie();
        if (tie != null) {
            journal.tree().exported(tie.anchor(), clock.now());
        }
        return reply;
    }

    /** What is there of a chain that does not verify; the next export is not tied to it. */
    private Reply asFound(Call<ExportQuery> call) {
        ExportQuery query = call.input();
        BrokenExport export = journal.tree().brokenExport();
        Part part = part(query, export::header);
        AuditExport.Header header = part.header();
        Reply reply = query.format() == ExportFormat.JSON
                ? answer(part, false, export.entries(header))
                : new Reply.File(contentType(ExportFormat.FILE), out -> export.write(header, out));
        record(call.audit(), header, false);
        return reply;
    }

    /** What an export says at its beginning. */
    private interface Headers {
        AuditExport.Header header(
                String exportId, String chain, @Nullable Long fromSeq, @Nullable Long toSeq, Instant now);
    }

    /**
     * What is exported.
     *
     * @param truncated whether more was asked for than one answer holds
     */
    private record Part(AuditExport.Header header, boolean truncated) {}

    private Part part(ExportQuery query, Headers headers) {
        String id = ids.next("exp_");
        Instant now = clock.now();
        AuditExport.Header all = headers.header(id, service.wireName(), query.fromSeq(), query.toSeq(), now);
        if (query.format() == ExportFormat.FILE || all.entryCount() <= MAX_IN_ENVELOPE) {
            return new Part(all, false);
        }
        long to = all.fromSeq() + MAX_IN_ENVELOPE - 1;
        return new Part(headers.header(id, service.wireName(), all.fromSeq(), to, now), true);
    }

    private static List<Map<String, @Nullable Object>> maps(List<AuditEntry> entries) {
        return entries.stream().map(AuditEntry::toMap).toList();
    }

    private static Reply answer(Part part, boolean valid, List<Map<String, @Nullable Object>> entries) {
        AuditExport.Header header = part.header();
        AuditExport.Tie tie = header.tie();
        return Reply.ok(new ExportAnswer(
                header.exportId(),
                header.chain(),
                header.fromSeq(),
                header.toSeq(),
                header.firstHash(),
                header.lastHash(),
                header.entryCount(),
                header.prevHash(),
                tie == null ? null : tie.anchor().root(),
                tie == null ? null : tie.anchor().note(),
                valid,
                part.truncated(),
                entries));
    }

    /** A chain that does not verify is refused before anything is sent; one that breaks meanwhile ends without its trailer. */
    private Reply file(AuditExport export, AuditExport.Header header) {
        AuditChain.Verification found = journal.chain().verify(header.fromSeq(), header.toSeq());
        if (!found.valid()) {
            throw SoniaException.of(ErrorCode.AUDIT_CHAIN_BROKEN)
                    .with("first_bad_seq", found.firstBadSeq())
                    .with("reason", found.reason());
        }
        return new Reply.File(contentType(ExportFormat.FILE), out -> export.write(header, out));
    }

    private Reply tiles(AuditEvent event) {
        AuditTree.Anchor anchor =
                journal.tree().anchor().orElseThrow(() -> unsigned("No head of this chain is signed yet"));
        TileExport tiles = journal.tree().tiles(anchor);
        if (!tiles.whole()) {
            throw SoniaException.of(
                            ErrorCode.AUDIT_PRUNED,
                            "An archive of tiles holds every entry: export what is left as a file")
                    .with(
                            "anchor_seq",
                            journal.tree().pruned().map(AuditTree.Anchor::size).orElse(0L));
        }
        if (!tiles.fits()) {
            throw SoniaException.of(ErrorCode.INVALID_ARGUMENT, "The tree has too many tiles for one archive");
        }
        journal.append(
                event.about("audit", service.wireName()).detail(Map.of("format", "tiles", "size", anchor.size())));
        return new Reply.File(contentType(ExportFormat.TILES), tiles::write);
    }

    private void record(AuditEvent event, AuditExport.Header header, boolean valid) {
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        detail.put("export_id", header.exportId());
        detail.put("from_seq", header.fromSeq());
        detail.put("to_seq", header.toSeq());
        detail.put("valid", valid);
        journal.append(event.about("audit", service.wireName()).detail(detail));
    }

    /** The proof of one entry. */
    public Reply prove(Call<ProofQuery> call) {
        ProofAnswer proof = proof(seq(call.path("seq")));
        journal.append(call.audit().about("audit", service.wireName()).detail(Map.of("seq", proof.seq())));
        return shown(proof, call.input().format());
    }

    /** A proof in the format asked for. */
    public static Reply shown(ProofAnswer proof, ProofFormat format) {
        return format == ProofFormat.TLOG
                ? new Reply.Raw(200, TEXT, proof.tlogProof().getBytes(StandardCharsets.UTF_8))
                : Reply.ok(proof);
    }

    /** What a file in this format is. */
    public static String contentType(ExportFormat format) {
        return format == ExportFormat.TILES ? ZIP : JSON_LINES;
    }

    private ProofAnswer proof(long seq) {
        if (seq > journal.chain().head().size()) {
            throw SoniaException.of(ErrorCode.NOT_FOUND, "There is no such entry");
        }
        if (journal.tree().anchor().map(AuditTree.Anchor::size).orElse(0L) < seq) {
            attestation.renew().run();
        }
        AuditTree.Anchor anchor = journal.tree()
                .anchor()
                .filter(each -> each.size() >= seq)
                .orElseThrow(() -> unsigned("No signed head covers this entry yet"));
        AuditEntry entry = journal.chain()
                .entries(AuditChain.Filter.between(seq, seq), 1, null)
                .entries()
                .getFirst();
        AuditTree.Inclusion proof = journal.tree().inclusion(seq, anchor.size());
        return new ProofAnswer(
                service.wireName(),
                seq,
                proof.entryHash(),
                proof.leafHash(),
                anchor.size(),
                proof.path(),
                anchor.root(),
                anchor.note(),
                entry.toMap(),
                text(proof, anchor.note()));
    }

    /** A C2SP tlog-proof; {@code extra} is the entry's hash, from which the leaf is computed. */
    private static String text(AuditTree.Inclusion proof, String note) {
        StringBuilder text = new StringBuilder("c2sp.org/tlog-proof@v1\n")
                .append("extra ")
                .append(base64(proof.entryHash()))
                .append("\nindex ")
                .append(proof.seq() - 1)
                .append('\n');
        proof.path().forEach(hash -> text.append(base64(hash)).append('\n'));
        return text.append('\n').append(note).toString();
    }

    private static String base64(String hex) {
        return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hex));
    }

    private static long seq(String text) {
        if (!text.matches("[1-9][0-9]{0,17}")) {
            throw SoniaException.of(ErrorCode.INVALID_ARGUMENT, "A sequence number is a positive integer");
        }
        return Long.parseLong(text);
    }

    private static SoniaException unsigned(String message) {
        return SoniaException.of(ErrorCode.NOT_FOUND, message);
    }
}
