package io.sonia.openclaw;

import io.sonia.contracts.memory.Item;
import io.sonia.contracts.memory.SearchAnswer;
import io.sonia.contracts.memory.SearchHit;
import io.sonia.contracts.memory.SearchMode;
import io.sonia.contracts.memory.SearchRequest;
import io.sonia.contracts.memory.Source;
import io.sonia.contracts.memory.StoreAnswer;
import io.sonia.contracts.memory.StoreRequest;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.identity.Credential;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A memory engine that remembers word by word and finds everything of a user. */
final class FakeMemory implements AutoCloseable {

    private static final Instant TIME = Instant.parse("2026-01-01T00:00:00Z");

    /** A store as it was asked for, with whom and under which key. */
    record Stored(StoreRequest request, String principal, String key) {}

    final List<Stored> stored = new CopyOnWriteArrayList<>();
    final List<SearchRequest> searches = new CopyOnWriteArrayList<>();
    final Map<String, Item> items = new ConcurrentHashMap<>();

    /** Counts down when a store has come in. */
    volatile CountDownLatch arrived = new CountDownLatch(1);

    /** A store is answered once this is open. */
    volatile CountDownLatch gate = new CountDownLatch(0);

    /** What is kept instead of the content; empty for the content. */
    volatile String mangled = "";

    /** So many answers to stores get lost on their way. */
    final AtomicInteger lost = new AtomicInteger();

    private final Map<String, StoreAnswer> answered = new ConcurrentHashMap<>();
    private volatile String forgotten = "";
    private final Neighbour server;

    FakeMemory(Path folder, Credential executor) throws IOException {
        this.server = new Neighbour(
                ServiceName.MEMORY_ENGINE,
                0,
                executor,
                folder,
                List.of(
                        Route.of(Operation.MEMORY_STORE, StoreRequest.class, StoreAnswer.class, this::store),
                        Route.of(Operation.MEMORY_RECALL, Item.class, this::recall),
                        Route.of(Operation.MEMORY_SEARCH, SearchRequest.class, SearchAnswer.class, this::search)));
    }

    int port() {
        return server.port();
    }

    /** Something the user said before. */
    String knows(String user, String content) {
        String id = "mem_" + (items.size() + 1);
        items.put(id, item(id, "turn_raw", content, user, Source.DIRECT));
        return id;
    }

    /** From now on the memory is found and not recalled. */
    void forgets(String id) {
        forgotten = id;
    }

    private static Item item(String id, String type, String content, String user, Source source) {
        return new Item(
                id, type, null, 1, content, Map.of(), user, null, TIME, TIME, null, null, TIME, null, null, false,
                source);
    }

    private Reply store(Call<StoreRequest> call) {
        StoreRequest in = call.input();
        String key =
                call.idempotencyKey() == null ? null : call.idempotencyKey().key();
        stored.add(new Stored(in, call.caller().principal(), key));
        arrived.countDown();
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        StoreAnswer answer = answered.computeIfAbsent(String.valueOf(key), first -> remembered(in));
        if (lost.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new UncheckedIOException(new IOException("the answer gets lost"));
        }
        return Reply.ok(answer);
    }

    private StoreAnswer remembered(StoreRequest in) {
        String id = "mem_" + (items.size() + 1);
        items.put(id, item(id, in.type(), mangled.isEmpty() ? in.content() : mangled, in.userId(), in.source()));
        StoreAnswer.Indexed indexed = new StoreAnswer.Indexed(StoreAnswer.IndexState.DONE, null);
        return new StoreAnswer("stored", id, in.type(), TIME, false, indexed);
    }

    private Reply recall(Call<Empty> call) {
        Item item = items.get(call.path("memory_id"));
        if (item == null || item.id().equals(forgotten)) {
            throw SoniaException.of(ErrorCode.NOT_FOUND);
        }
        return Reply.ok(item);
    }

    private Reply search(Call<SearchRequest> call) {
        SearchRequest in = call.input();
        searches.add(in);
        List<SearchHit> hits = items.values().stream()
                .filter(each -> each.userId() == null || each.userId().equals(in.userId()))
                .limit(in.limit())
                .map(each -> new SearchHit(
                        each.id(),
                        each.type(),
                        each.content(),
                        each.metadata(),
                        each.createdAt(),
                        1.0,
                        SearchMode.KEYWORD,
                        new SearchHit.Components(1.0, null)))
                .toList();
        return Reply.ok(new SearchAnswer(
                in.query(), hits, hits.size(), SearchMode.KEYWORD, true, "no embedding model", null, false, null));
    }

    @Override
    public void close() {
        server.close();
    }
}
