package io.sonia.memory;

import io.sonia.contracts.Cursors;
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

    MemoryFixture(Path database, Clock clock) {
        journal = SqliteJournal.open(
                database,
                ServiceName.MEMORY_ENGINE,
                MemorySchema.MIGRATIONS,
                clock,
                new Hlc(clock),
                JournalOptions.of(detail -> detail, reason -> {}).diskFloorBytes(0));
        base = new Foundation(journal, clock, new Ids(new SecureRandom()), Cursors.under(new byte[32], clock));
        Ledger ledger = new Ledger();
        documents = new Documents(base, ledger);
        reindexing = new Reindexing(base, new Peer("eva-os", 1, new Hlc(clock), () -> ""));
        Conflicts conflicts = new Conflicts(base, ledger);
        memories = new Memories(
                base, ledger, new Versions(ledger, conflicts, base.ids()), reindexing::runs, Duration.ofSeconds(60));
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
        return memories.search(asked(query, SearchMode.HYBRID, null)).results();
    }

    List<String> contents(String query, @Nullable String userId) {
        return contents(asked(query, SearchMode.KEYWORD, userId));
    }

    List<String> contents(SearchRequest request) {
        return memories.search(request).results().stream()
                .map(SearchHit::content)
                .toList();
    }

    static SearchRequest asked(String query, SearchMode mode, @Nullable String userId) {
        return new SearchRequest(query, 10, null, mode, userId, null, List.of(), 0, null, false);
    }

    @Override
    public void close() {
        journal.close();
    }
}
