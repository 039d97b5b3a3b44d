package io.sonia.memory;

import io.sonia.contracts.memory.Item;
import io.sonia.contracts.memory.MemoryDeleted;
import io.sonia.contracts.memory.MemoryUpdate;
import io.sonia.contracts.memory.MemoryUpdated;
import io.sonia.contracts.memory.Stats;
import io.sonia.contracts.memory.StoreAnswer;
import io.sonia.contracts.memory.StoreAnswer.IndexState;
import io.sonia.contracts.memory.StoreRequest;
import io.sonia.journal.Answers;
import io.sonia.journal.Journal;
import io.sonia.journal.Sql;
import io.sonia.journal.Tx;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.StoredReply;
import io.sonia.kernel.json.Json;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is remembered: stored with its index entry and its audit entry in one commit, so what is told can be found. */
final class Memories {

    static final int CHARS_PER_TOKEN = 4;

    /** The most text in one answer, so that it fits what a caller reads; one memory always does. */
    static final int MAX_ANSWER_TOKENS = 500_000;

    /** Characters of one memory. */
    static final int MAX_CONTENT = 262_144;

    private static final String UPDATED = "updated";

    private final Journal journal;
    private final Clock clock;
    private final Ids ids;
    private final Duration dedupe;
    private final Ledger ledger;
    private final Versions versions;
    private final @Nullable Embedding embedding;

    /** @param embedding null without an embedding model */
    Memories(Foundation base, Ledger ledger, Versions versions, @Nullable Embedding embedding, Duration dedupe) {
        this.embedding = embedding;
        this.ledger = ledger;
        this.versions = versions;
        this.journal = base.journal();
        this.clock = base.clock();
        this.ids = base.ids();
        this.dedupe = dedupe;
    }

    /** Stores the memory, or finds the same one stored shortly before. */
    StoreAnswer store(StoreRequest request, AuditEvent event, @Nullable IdempotencyKey key) {
        Instant told = clock.now();
        Draft draft = Draft.of(request);
        return journal.commit(tx -> store(tx, draft, told, event, key));
    }

    private StoreAnswer store(Tx tx, Draft draft, Instant told, AuditEvent event, @Nullable IdempotencyKey key)
            throws SQLException {
        Instant now = clock.now();
        Ledger.Entry same = ledger.same(tx.sql(), draft, now.minus(dedupe)).orElse(null);
        Ledger.Entry entry = same == null ? new Ledger.Entry(ids.next("mem_"), told) : same;
        if (same == null) {
            ledger.add(tx.sql(), entry, draft, Ledger.Place.ALONE, now);
        }
        StoreAnswer answer = new StoreAnswer(
                "stored",
                entry.id(),
                draft.type(),
                entry.createdAt(),
                same != null,
                new StoreAnswer.Indexed(IndexState.DONE, vector(tx.sql(), entry.id())));
        tx.audit(event.about("memory", entry.id()).detail(detail(draft, same != null)));
        tx.remember(key, new StoredReply(200, Json.bytes(answer), location(entry.id())));
        return answer;
    }

    private @Nullable IndexState vector(Sql sql, String id) throws SQLException {
        if (embedding == null) {
            return null;
        }
        return Vectors.has(sql, id) ? IndexState.DONE : IndexState.PENDING;
    }

    /** Where a memory is read. */
    static String location(String id) {
        return "/recall/" + id;
    }

    /** What the audit keeps of a memory that is changed: never its text. */
    static Map<String, @Nullable Object> detail(Item item) {
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        detail.put("type", item.type());
        detail.put("user_id", item.userId());
        detail.put("version", item.version());
        detail.put("chain_head", item.versionChainHead());
        return detail;
    }

    private static Map<String, @Nullable Object> detail(Draft draft, boolean deduplicated) {
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        detail.put("type", draft.type());
        detail.put("user_id", draft.userId());
        detail.put("content_hash", draft.text().hash());
        detail.put("content_bytes", draft.text().bytes());
        detail.put("deduplicated", deduplicated);
        return detail;
    }

    Item recall(String id) {
        return journal.read(sql -> ledger.require(sql, id));
    }

    /** Changes a memory: a free text in place, a typed one by a version that takes its place. */
    Reply update(Call<MemoryUpdate> call) {
        String id = Ids.checked(call.path("memory_id"));
        if (call.repeats()) {
            return Reply.ok(new MemoryUpdated(UPDATED, recall(id)));
        }
        MemoryUpdate input = call.input();
        Instant now = clock.now();
        return journal.commit(tx -> {
            Item seen = ledger.require(tx.sql(), id);
            requireCurrent(seen, input.expectedVersion());
            Versions.Made made = seen.subtype() == null
                    ? new Versions.Made(rewritten(tx, seen, input, now), List.of())
                    : versioned(tx, seen, input, now);
            Item after = made.item();
            tx.audit(call.audit().about("memory", after.id()).detail(detail(after)));
            Conflicts.tell(tx, made.conflicts(), call.context().origin());
            return Answers.keep(tx, call, Reply.ok(new MemoryUpdated(UPDATED, after)), after.id());
        });
    }

    private Item rewritten(Tx tx, Item seen, MemoryUpdate input, Instant now) throws SQLException {
        Draft.Text text = Draft.Text.of(input.content() == null ? seen.content() : input.content());
        Map<String, @Nullable Object> metadata = input.metadata() == null ? seen.metadata() : input.metadata();
        ledger.rewrite(tx.sql(), seen.id(), text, Json.text(metadata), now);
        return ledger.require(tx.sql(), seen.id());
    }

    private Versions.Made versioned(Tx tx, Item seen, MemoryUpdate input, Instant now) throws SQLException {
        Draft.Validity same = new Draft.Validity(seen.validFrom(), seen.validUntil());
        return versions.next(tx, seen, new Versions.Change(input.content(), input.metadata(), same), now);
    }

    private static void requireCurrent(Item seen, @Nullable Integer expected) {
        if (seen.redacted()) {
            throw SoniaException.of(ErrorCode.INVALID_STATE).with("state", "redacted");
        }
        if (seen.supersededBy() != null || (expected != null && expected != seen.version())) {
            throw SoniaException.of(ErrorCode.CONCURRENT_SUPERSEDE)
                    .with("current_version", seen.version())
                    .with("superseded_by", seen.supersededBy());
        }
    }

    /** Hides a memory from every read and takes it out of the index, in one commit. */
    Reply delete(Call<Empty> call) {
        String id = Ids.checked(call.path("memory_id"));
        Instant now = clock.now();
        return journal.commit(tx -> {
            Item seen = ledger.require(tx.sql(), id);
            ledger.archive(tx.sql(), id, now);
            tx.audit(call.audit().about("memory", id).detail(detail(seen)));
            return Answers.keep(tx, call, Reply.ok(new MemoryDeleted("deleted", id, now)));
        });
    }

    /** The number of memories, archived ones included. */
    long total() {
        return journal.read(ledger::total);
    }

    Stats stats() {
        return journal.read(this::stats);
    }

    private Stats stats(Sql sql) throws SQLException {
        Map<String, Long> byType = ledger.byType(sql);
        long active = byType.values().stream().mapToLong(Long::longValue).sum();
        long indexed = sql.number("SELECT count(*) FROM memory_fts");
        VectorState state = VectorState.of(sql, embedding);
        return new Stats(
                ledger.total(sql),
                active,
                byType,
                Documents.documents(sql),
                Documents.pieces(sql),
                Histories.turns(sql),
                new Stats.Index(
                        indexed, state.count(), state.dimensions(), state.model(), state.pending(), !state.complete()),
                ledger.bytes(sql));
    }
}
