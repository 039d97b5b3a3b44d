package io.sonia.memory;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.Listing;
import io.sonia.contracts.memory.Chunk;
import io.sonia.contracts.memory.ChunkList;
import io.sonia.contracts.memory.DocDeleted;
import io.sonia.contracts.memory.DocFilter;
import io.sonia.contracts.memory.DocFormat;
import io.sonia.contracts.memory.DocIngest;
import io.sonia.contracts.memory.DocIngested;
import io.sonia.contracts.memory.DocList;
import io.sonia.contracts.memory.Document;
import io.sonia.contracts.memory.PageQuery;
import io.sonia.contracts.memory.Source;
import io.sonia.journal.Answers;
import io.sonia.journal.Row;
import io.sonia.journal.Sql;
import io.sonia.journal.Tx;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Violations;
import io.sonia.memory.reading.Reading;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Documents, cut into pieces that are memories: each is found by its words, with the heading or the page it comes from,
 * by everybody's searches.
 */
final class Documents {

    /** The type of a memory that is a piece of a document. */
    static final String TYPE = "document";

    private static final int PREVIEW = 200;

    /** Documents in one memory. */
    private static final int MAX = 100_000;

    private final Foundation base;
    private final Ledger ledger;
    private final Reading reading = new Reading();

    Documents(Foundation base, Ledger ledger) {
        this.base = base;
        this.ledger = ledger;
    }

    /** Characters of a document that comes as text. */
    private static final int MAX_TEXT = 4_000_000;

    /** A piece made ready to be written. */
    private record Ready(String id, Chunks.Piece piece, Draft draft) {}

    Reply ingest(Call<DocIngest> call) {
        DocIngest input = call.input();
        if (input.overlap() > input.chunkSize() / 2) {
            throw Violations.single("overlap", "range", "expected at most half of chunk_size");
        }
        byte[] document = bytes(input);
        String sha256 = Sha256.hex(document);
        String docId = base.ids().next("doc_");
        boolean known = base.journal()
                .<Boolean>read(sql -> same(sql, sha256, input.docType()).isPresent());
        String text = known ? "" : text(input, document);
        List<Ready> pieces = ready(docId, input, text);
        if (pieces.isEmpty() && !known) {
            throw Violations.single("content", "empty", "expected more than white space");
        }
        Instant now = base.clock().now();
        return base.journal().commit(tx -> {
            Optional<DocIngested> same = same(tx.sql(), sha256, input.docType());
            if (same.isEmpty() && pieces.isEmpty()) {
                throw SoniaException.of(ErrorCode.CONFLICT, "The same document was deleted meanwhile; ask again");
            }
            DocIngested answer = same.orElseGet(
                    () -> new DocIngested("ingested", docId, input.docType(), pieces.size(), sha256, false));
            if (same.isEmpty()) {
                write(tx, answer, new Ingest(call, text, pieces), now);
            }
            tx.audit(call.audit().about("document", answer.docId()).detail(detail(answer)));
            return Answers.keep(tx, call, Reply.ok(answer));
        });
    }

    /**
     * The document as it came.
     *
     * @throws SoniaException INVALID_ARGUMENT if it is no base64 where that is expected
     */
    private static byte[] bytes(DocIngest input) {
        if (input.format() == DocFormat.TEXT) {
            if (input.content().length() > MAX_TEXT) {
                throw Violations.single("content", "length", "expected at most " + MAX_TEXT + " characters");
            }
            return input.content().getBytes(StandardCharsets.UTF_8);
        }
        try {
            return Base64.getDecoder().decode(input.content());
        } catch (IllegalArgumentException malformed) {
            throw Violations.single("content", "base64", "expected base64");
        }
    }

    private String text(DocIngest input, byte[] document) {
        return input.format() == DocFormat.TEXT ? input.content() : reading.text(input.format(), document);
    }

    private List<Ready> ready(String docId, DocIngest input, String content) {
        List<Ready> ready = new ArrayList<>();
        for (Chunks.Piece piece : Chunks.of(content, input.chunkSize(), input.overlap())) {
            Map<String, @Nullable Object> metadata = new LinkedHashMap<>(input.metadata());
            metadata.put("doc_id", docId);
            metadata.put("doc_type", input.docType());
            metadata.put("chunk_index", ready.size());
            if (!piece.heading().isEmpty()) {
                metadata.put("heading", piece.heading());
            }
            if (piece.page() > 0) {
                metadata.put("page", piece.page());
            }
            String text = content.substring(piece.start(), piece.end());
            Draft draft = new Draft(
                    TYPE,
                    null,
                    null,
                    null,
                    new Source(TYPE, docId),
                    Json.text(metadata),
                    Draft.Text.of(text, piece.heading().isEmpty() ? text : piece.heading() + " " + text),
                    null,
                    Draft.Validity.EVER);
            ready.add(new Ready(base.ids().next("mem_"), piece, draft));
        }
        return ready;
    }

    /** What is to be written, and who asked for it. */
    private record Ingest(Call<DocIngest> call, String text, List<Ready> pieces) {}

    private void write(Tx tx, DocIngested made, Ingest ingest, Instant now) throws SQLException {
        if (tx.sql().number("SELECT count(*) FROM workspace_documents") >= MAX) {
            throw SoniaException.of(ErrorCode.CONFLICT, "There are too many documents; delete some")
                    .with("limit", MAX);
        }
        List<Ready> pieces = ingest.pieces();
        tx.sql()
                .update(
                        "INSERT INTO workspace_documents (doc_id, doc_type, sha256, content_preview, metadata, chunk_count,"
                                + " created_at, ingested_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                        made.docId(),
                        made.docType(),
                        made.sha256(),
                        preview(ingest.text()),
                        Json.text(ingest.call().input().metadata()),
                        made.chunkCount(),
                        now,
                        ingest.call().caller().principal());
        for (int i = 0; i < pieces.size(); i++) {
            Ready ready = pieces.get(i);
            ledger.add(tx.sql(), new Ledger.Entry(ready.id(), now), ready.draft(), Ledger.Place.ALONE, now);
            tx.sql()
                    .update(
                            "INSERT INTO workspace_chunks (chunk_id, doc_id, chunk_index, start_offset, end_offset)"
                                    + " VALUES (?, ?, ?, ?, ?)",
                            ready.id(),
                            made.docId(),
                            i,
                            ready.piece().start(),
                            ready.piece().end());
        }
    }

    private static String preview(String text) {
        return text.codePoints()
                .limit(PREVIEW)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static Optional<DocIngested> same(Sql sql, String sha256, String docType) throws SQLException {
        return sql.one(
                "SELECT * FROM workspace_documents WHERE sha256 = ? AND doc_type = ? ORDER BY created_at LIMIT 1",
                row -> new DocIngested(
                        "ingested", row.text("doc_id"), docType, row.integer("chunk_count"), sha256, true),
                sha256,
                docType);
    }

    /** What the audit keeps of a document: never its text. */
    private static Map<String, @Nullable Object> detail(DocIngested made) {
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        detail.put("doc_type", made.docType());
        detail.put("sha256", made.sha256());
        detail.put("chunks", made.chunkCount());
        detail.put("deduplicated", made.deduplicated());
        return detail;
    }

    Reply list(Call<DocFilter> call) {
        DocFilter filter = call.input();
        Listing.Page<Document> page = new Listing("workspace_documents", "doc_id")
                .where("doc_type", filter.docType())
                .page(base.journal(), base.cursors(), filter.cursor(), filter.limit(), Documents::document);
        return Reply.ok(new DocList(page.rows(), page.rows().size(), page.total(), page.nextCursor()));
    }

    Reply chunks(Call<PageQuery> call) {
        String docId = Ids.checked(call.path("doc_id"));
        String name = "chunks of " + docId;
        PageQuery filter = call.input();
        Cursors.Position after = base.cursors().read(filter.cursor(), name);
        return Reply.ok(base.journal().read(sql -> {
            long total = existing(sql, docId).chunkCount();
            List<Chunk> found =
                    sql.list("""
                    SELECT c.*, l.content AS content, l.created_at AS created_at FROM workspace_chunks c
                    JOIN ledger l ON l.id = c.chunk_id
                    WHERE c.doc_id = ?1 AND c.chunk_index >
                      coalesce((SELECT chunk_index FROM workspace_chunks WHERE chunk_id = ?2), -1)
                    ORDER BY c.chunk_index LIMIT ?3
                    """, Documents::chunk, docId, after == null ? "" : after.id(), filter.limit() + 1);
            boolean more = found.size() > filter.limit();
            List<Chunk> rows = more ? found.subList(0, filter.limit()) : found;
            String next = more
                    ? base.cursors()
                            .after(
                                    new Cursors.Position(
                                            rows.getLast().createdAt(),
                                            rows.getLast().chunkId()),
                                    name)
                    : null;
            return new ChunkList(docId, rows, rows.size(), total, next);
        }));
    }

    /** Removes a document and all its pieces; a new one of the same text is another document. */
    Reply delete(Call<Empty> call) {
        String docId = Ids.checked(call.path("doc_id"));
        return base.journal().commit(tx -> {
            existing(tx.sql(), docId);
            int pieces = remove(tx.sql(), docId);
            tx.audit(call.audit().about("document", docId).detail(Map.of("chunks", pieces)));
            return Answers.keep(tx, call, Reply.ok(new DocDeleted(docId, "deleted", pieces)));
        });
    }

    /** Takes a document out; the number of its pieces. */
    int remove(Sql sql, String docId) throws SQLException {
        List<String> pieces =
                sql.list("SELECT chunk_id FROM workspace_chunks WHERE doc_id = ?", row -> row.text("chunk_id"), docId);
        for (String piece : pieces) {
            ledger.remove(sql, piece);
        }
        sql.update("DELETE FROM workspace_chunks WHERE doc_id = ?", docId);
        sql.update("DELETE FROM workspace_documents WHERE doc_id = ?", docId);
        return pieces.size();
    }

    private static Document existing(Sql sql, String docId) throws SQLException {
        return sql.one("SELECT * FROM workspace_documents WHERE doc_id = ?", Documents::document, docId)
                .orElseThrow(() -> SoniaException.of(ErrorCode.NOT_FOUND).with("doc_id", docId));
    }

    private static Document document(Row row) throws SQLException {
        return new Document(
                row.text("doc_id"),
                row.text("doc_type"),
                row.text("content_preview"),
                row.json("metadata"),
                row.instant("created_at"),
                row.integer("chunk_count"));
    }

    private static Chunk chunk(Row row) throws SQLException {
        return new Chunk(
                row.text("chunk_id"),
                row.integer("chunk_index"),
                row.text("content"),
                row.integer("start_offset"),
                row.integer("end_offset"),
                row.instant("created_at"));
    }

    static long documents(Sql sql) throws SQLException {
        return sql.number("SELECT count(*) FROM workspace_documents");
    }

    static long pieces(Sql sql) throws SQLException {
        return sql.number("SELECT count(*) FROM workspace_chunks");
    }
}
