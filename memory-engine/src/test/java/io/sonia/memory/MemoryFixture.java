package io.sonia.memory;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.memory.SearchAnswer;
import io.sonia.contracts.memory.SearchHit;
import io.sonia.contracts.memory.SearchMode;
import io.sonia.contracts.memory.SearchRequest;
import io.sonia.contracts.memory.StoreAnswer;
import io.sonia.contracts.memory.StoreRequest;
import io.sonia.journal.Journal;
import io.sonia.journal.JournalOptions;
import io.sonia.journal.SqliteJournal;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Memories on a real journal. */
final class MemoryFixture implements AutoCloseable {

    private static final AuditEvent.Origin ORIGIN =
            new AuditEvent.Origin("usr_operator", "operator", "person", null, null, "req_1", null, null);

    final Journal journal;
    final Foundation base;
    final Memories memories;
    final Reindexing reindexing;
    final Documents documents;
    final HybridSearch searches;
    final Redactions redactions;
    final @Nullable Embedding embedding;
    final LongAdder putOff = new LongAdder();
    volatile boolean tooSlow;
    private final Ids ids = new Ids(new SecureRandom());
    private final Clock clock;

    MemoryFixture(Path database, Clock clock) {
        this(database, clock, null);
    }

    /** @param router makes vectors; null: there is no embedding model */
    MemoryFixture(Path database, Clock clock, @Nullable Peer router) {
        this.clock = clock;
        journal = SqliteJournal.open(
                database,
                ServiceName.MEMORY_ENGINE,
                MemorySchema.MIGRATIONS,
                clock,
                new Hlc(clock),
                JournalOptions.of(detail -> detail, reason -> {}).diskFloorBytes(0));
        base = new Foundation(journal, clock, ids, Cursors.under(new byte[32], clock));
        Ledger ledger = new Ledger();
        documents = new Documents(base, ledger);
        embedding = router == null
                ? null
                : new Embedding(
                        base,
                        new Embedder(router, clock, "lab/embed"),
                        new BackgroundWork(() -> tooSlow, putOff::increment));
        reindexing = new Reindexing(
                base,
                new Peer("eva-os", 1, new Hlc(clock), () -> ""),
                embedding,
                new BackgroundWork(() -> tooSlow, putOff::increment));
        Conflicts conflicts = new Conflicts(base, ledger);
        memories = new Memories(
                base, ledger, new Versions(ledger, conflicts, base.ids()), embedding, Duration.ofSeconds(60));
        searches = new HybridSearch(base, reindexing::runs, embedding, new MemoryConfig.Weights(0.5, 0.5));
        redactions = new Redactions(base, ledger, () -> {});
    }

    SearchAnswer answer(SearchRequest request) {
        return searches.search(request, context());
    }

    Context context() {
        return Context.own(ServiceName.API_GATEWAY, "req_1", "olena", Duration.ofSeconds(5), ids, clock);
    }

    static AuditEvent event() {
        return AuditEvent.of("memory.store", ORIGIN);
    }

    StoreAnswer store(StoreRequest request) {
        return memories.store(request, event(), null);
    }

    String store(String content, @Nullable String userId) {
        return store(StoreRequest.of("fact", content, userId)).id();
    }

    /** A request of the tool executor, which names nobody. */
    <I> Call<I> call(Operation operation, I input) {
        Context context = Context.own(
                ServiceName.OPENCLAW, base.ids().next("req_"), null, Duration.ofSeconds(5), base.ids(), base.clock());
        return new Call<>(operation, input, Map.of(), Map.of(), context, null, false, null);
    }

    List<SearchHit> search(String query) {
        return answer(asked(query, SearchMode.HYBRID, null)).results();
    }

    List<String> contents(String query, @Nullable String userId) {
        return contents(asked(query, SearchMode.KEYWORD, userId));
    }

    List<String> contents(SearchRequest request) {
        return answer(request).results().stream().map(SearchHit::content).toList();
    }

    static SearchRequest asked(String query, SearchMode mode, @Nullable String userId) {
        return new SearchRequest(query, 10, null, mode, userId, null, List.of(), 0, null, false);
    }

    @Override
    public void close() {
        journal.close();
    }
}
