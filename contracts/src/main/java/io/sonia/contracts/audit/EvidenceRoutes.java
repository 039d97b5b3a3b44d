package io.sonia.contracts.audit;

import io.sonia.journal.AuditChain;
import io.sonia.journal.AuditEntry;
import io.sonia.journal.AuditExport;
import io.sonia.journal.AuditTree;
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
import java.nio.charset.StandardCharsets;
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
        if (query.format() == ExportFormat.TILES) {
            return tiles(call.audit());
        }
        AuditExport export = journal.tree().export();
        AuditExport.Header all = header(export, query.fromSeq(), query.toSeq());
        boolean truncated = query.format() == ExportFormat.JSON && all.entryCount() > MAX_IN_ENVELOPE;
        AuditExport.Header header =
                truncated ? header(export, all.fromSeq(), all.fromSeq() + MAX_IN_ENVELOPE - 1) : all;
        Reply reply =
                query.format() == ExportFormat.JSON ? inEnvelope(export, header, truncated) : file(export, header);
        record(call.audit(), header);
        return reply;
    }

    private AuditExport.Header header(AuditExport export, @Nullable Long from, @Nullable Long to) {
        return export.header(ids.next("exp_"), service.wireName(), from, to, clock.now());
    }

    private Reply inEnvelope(AuditExport export, AuditExport.Header header, boolean truncated) {
        List<AuditEntry> entries = export.entries(header);
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
                true,
                truncated,
                entries.stream().map(AuditEntry::toMap).toList()));
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

    private void record(AuditEvent event, AuditExport.Header header) {
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        detail.put("export_id", header.exportId());
        detail.put("from_seq", header.fromSeq());
        detail.put("to_seq", header.toSeq());
        journal.append(event.about("audit", service.wireName()).detail(detail));
        AuditExport.Tie tie = header.tie();
        if (tie != null) {
            journal.tree().exported(tie.anchor(), clock.now());
        }
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
