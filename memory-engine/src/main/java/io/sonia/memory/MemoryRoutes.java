package io.sonia.memory;

import io.sonia.contracts.memory.Item;
import io.sonia.contracts.memory.MemoryDeleted;
import io.sonia.contracts.memory.MemoryUpdate;
import io.sonia.contracts.memory.MemoryUpdated;
import io.sonia.contracts.memory.SearchAnswer;
import io.sonia.contracts.memory.SearchRequest;
import io.sonia.contracts.memory.Stats;
import io.sonia.contracts.memory.StoreAnswer;
import io.sonia.contracts.memory.StoreRequest;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Ids;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.metrics.Histogram;
import io.sonia.kernel.metrics.Metrics;
import java.util.List;
import java.util.Locale;

/** Memories over HTTP. */
final class MemoryRoutes {

    private final Memories memories;
    private final HybridSearch searches;
    private final Clock clock;
    private final Histogram searchSeconds;

    MemoryRoutes(Memories memories, HybridSearch searches, Clock clock, Metrics metrics) {
        this.memories = memories;
        this.searches = searches;
        this.clock = clock;
        this.searchSeconds = metrics.histogram(
                "sonia_memory_search_seconds", "Durations of searches by the mode they were made in", "mode");
    }

    List<Route<?>> list() {
        return List.of(
                Route.of(Operation.MEMORY_STORE, StoreRequest.class, StoreAnswer.class, this::store),
                Route.of(Operation.MEMORY_RECALL, Item.class, this::recall),
                Route.of(Operation.MEMORY_UPDATE, MemoryUpdate.class, MemoryUpdated.class, memories::update),
                Route.of(Operation.MEMORY_DELETE, MemoryDeleted.class, memories::delete),
                Route.of(Operation.MEMORY_SEARCH, SearchRequest.class, SearchAnswer.class, this::search),
                Route.of(Operation.MEMORY_STATS, Stats.class, this::stats));
    }

    private Reply store(Call<StoreRequest> call) {
        StoreAnswer stored = memories.store(call.input(), call.audit(), call.idempotencyKey());
        return Reply.ok(stored).location(Memories.location(stored.id()));
    }

    private Reply recall(Call<Empty> call) {
        return Reply.ok(memories.recall(Ids.checked(call.path("memory_id"))));
    }

    private Reply search(Call<SearchRequest> call) {
        long started = clock.nanoTime();
        SearchAnswer answer = searches.search(call.input(), call.context());
        searchSeconds.observe(
                clock.nanoTime() - started, answer.searchMode().name().toLowerCase(Locale.ROOT));
        return Reply.ok(answer);
    }

    private Reply stats(Call<Empty> call) {
        return Reply.ok(memories.stats());
    }
}
