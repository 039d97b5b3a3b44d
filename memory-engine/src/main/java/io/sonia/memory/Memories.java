package io.sonia.memory;

import io.sonia.contracts.memory.Item;
import io.sonia.contracts.memory.SearchAnswer;
import io.sonia.contracts.memory.SearchHit;
import io.sonia.contracts.memory.SearchMode;
import io.sonia.contracts.memory.SearchRequest;
import io.sonia.contracts.memory.Stats;
import io.sonia.contracts.memory.StoreAnswer;
import io.sonia.contracts.memory.StoreAnswer.IndexState;
import io.sonia.contracts.memory.StoreRequest;
import io.sonia.journal.Journal;
import io.sonia.journal.Sql;
import io.sonia.journal.Tx;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.http.StoredReply;
import io.sonia.kernel.json.Json;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is remembered: stored with its index entry and its audit entry in one commit, so what is told can be found. */
final class Memories {

    private static final int CHARS_PER_TOKEN = 4;

    /** The most text in one answer, so that it fits what a caller reads; one memory always does. */
    private static final int MAX_ANSWER_TOKENS = 500_000;

    private static final String NO_MODEL = "no embedding model";

    private final Journal journal;
    private final Clock clock;
    private final Ids ids;
    private final Duration dedupe;
    private final Ledger ledger = new Ledger();
    private final Searches searches = new Searches();

    Memories(Journal journal, Clock clock, Ids ids, Duration dedupe) {
        this.journal = journal;
        this.clock = clock;
        this.ids = ids;
        this.dedupe = dedupe;
    }

    /** Stores the memory, or finds the same one stored shortly before. */
    StoreAnswer store(StoreRequest request, AuditEvent event, @Nullable IdempotencyKey key) {
        Instant told = clock.now();
        Ledger.Draft draft = Ledger.Draft.of(request);
        return journal.commit(tx -> store(tx, draft, told, event, key));
    }

    private StoreAnswer store(Tx tx, Ledger.Draft draft, Instant told, AuditEvent event, @Nullable IdempotencyKey key)
            throws SQLException {
        Instant now = clock.now();
        Ledger.Entry same = ledger.same(tx.sql(), draft, now.minus(dedupe)).orElse(null);
        Ledger.Entry entry = same == null ? new Ledger.Entry(ids.next("mem_"), told) : same;
        if (same == null) {
            ledger.add(tx.sql(), entry.id(), draft, told, now);
        }
        StoreAnswer answer = new StoreAnswer(
                "stored",
                entry.id(),
                draft.request().type(),
                entry.createdAt(),
                same != null,
                new StoreAnswer.Indexed(IndexState.DONE, null));
        tx.audit(event.about("memory", entry.id()).detail(detail(draft, same != null)));
        tx.remember(key, new StoredReply(200, Json.bytes(answer), location(entry.id())));
        return answer;
    }

    /** Where a memory is read. */
    static String location(String id) {
        return "/recall/" + id;
    }

    /** What the audit keeps of a memory: never its text. */
    private static Map<String, @Nullable Object> detail(Ledger.Draft draft, boolean deduplicated) {
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        detail.put("type", draft.request().type());
        detail.put("user_id", draft.request().userId());
        detail.put("content_hash", draft.hash());
        detail.put("content_bytes", draft.contentBytes());
        detail.put("deduplicated", deduplicated);
        return detail;
    }

    Item recall(String id) {
        return journal.read(sql -> ledger.find(sql, id))
                .orElseThrow(() -> SoniaException.of(ErrorCode.NOT_FOUND).with("memory_id", id));
    }

    /** Searches by words unless the literal text is asked for; without an embedding model no search is by meaning. */
    SearchAnswer search(SearchRequest request) {
        boolean literal = request.mode() == SearchMode.SUBSTRING;
        boolean degraded = !literal && request.mode() != SearchMode.KEYWORD;
        List<SearchHit> found =
                journal.read(sql -> literal ? searches.byText(sql, request) : searches.byWords(sql, request));
        List<SearchHit> good =
                found.stream().filter(hit -> hit.score() >= request.minScore()).toList();
        List<SearchHit> hits = withinBudget(good, request.maxTokens());
        return new SearchAnswer(
                request.query(),
                hits,
                hits.size(),
                literal ? SearchMode.SUBSTRING : SearchMode.KEYWORD,
                degraded,
                degraded ? NO_MODEL : null,
                request.maxTokens(),
                hits.size() < good.size());
    }

    /** Leaves out each hit that does not fit into what the better ones left. */
    private static List<SearchHit> withinBudget(List<SearchHit> hits, @Nullable Integer maxTokens) {
        int left = maxTokens == null ? MAX_ANSWER_TOKENS : maxTokens;
        List<SearchHit> fitting = new ArrayList<>();
        for (SearchHit hit : hits) {
            int tokens = Math.ceilDiv(hit.content().length(), CHARS_PER_TOKEN);
            if (tokens <= left) {
                left -= tokens;
                fitting.add(hit);
            }
        }
        return fitting;
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
        return new Stats(
                ledger.total(sql),
                active,
                byType,
                0,
                0,
                0,
                new Stats.Index(indexed, 0, null, null, 0, true),
                ledger.bytes(sql));
    }
}
