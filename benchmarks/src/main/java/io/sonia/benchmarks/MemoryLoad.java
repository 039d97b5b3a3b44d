package io.sonia.benchmarks;

import io.sonia.contracts.memory.IndexStatus;
import io.sonia.contracts.memory.SearchAnswer;
import io.sonia.contracts.memory.SearchMode;
import io.sonia.contracts.memory.SearchRequest;
import io.sonia.contracts.memory.Stats;
import io.sonia.contracts.memory.StoreAnswer;
import io.sonia.contracts.memory.StoreRequest;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Home;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Operation;
import io.sonia.testkit.FakeModel;
import io.sonia.testkit.FakeOpenAi;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What a memory of 100,000 entries costs: storing, searching, making the index anew, disk. */
final class MemoryLoad {

    private static final int ENTRIES = 100_000;
    private static final int CALLERS = 64;
    private static final int SEARCHES = 1_000;
    private static final int DIMENSIONS = 384;
    private static final int SENTENCES = 4;
    private static final String USER = "usr_bench";

    private final Path folder;
    private final AtomicLong text = new AtomicLong();

    MemoryLoad(Path folder) {
        this.folder = folder;
    }

    void run() throws Exception {
        long plain;
        try (MemoryHouse house = new MemoryHouse(folder.resolve("words"), Clock.system(), null)) {
            double seconds = store(house);
            Bench.row("durable stores at 64 callers", "%.0f/s".formatted(ENTRIES / seconds), "5000/s");
            searches(house, SearchMode.KEYWORD);
            show(house, SearchMode.KEYWORD, "keyword search, 100,000 entries");
            plain = house.bytes();
        }
        reindex();
        Bench.row("raw text", "%.1f MB".formatted(text.get() / 1e6), "");
        Bench.row("store with ledger, audit and index, no vectors", "%.1f MB".formatted(plain / 1e6), "");
        try (FakeOpenAi lab = FakeOpenAi.start(FakeModel.of("embed"))) {
            lab.embeddings().dimensions(DIMENSIONS);
            MemoryHouse.Provider provider = new MemoryHouse.Provider(lab.baseUrl(), "embed");
            meaning(provider, plain);
        }
    }

    private void meaning(MemoryHouse.Provider provider, long plain) throws Exception {
        try (MemoryHouse house = new MemoryHouse(folder.resolve("words"), Clock.system(), provider)) {
            long start = System.nanoTime();
            while (stats(house).index().degraded()) {
                Thread.sleep(100);
            }
            Bench.row(
                    "100,000 vectors of 384 dimensions made by a fake provider",
                    "%.1f s".formatted((System.nanoTime() - start) / 1e9),
                    "");
            searches(house, SearchMode.HYBRID);
            show(house, SearchMode.HYBRID, "hybrid search, 100,000 entries, without embedding");
            show(house, SearchMode.VECTOR, "vector search, the same");
            double vectors = (house.bytes() - plain) / 1e6;
            double raw = ENTRIES * DIMENSIONS * (double) Float.BYTES / 1e6;
            Bench.row("vectors on disk", "%.1f MB for %.1f MB of numbers".formatted(vectors, raw), "");
        }
        long start = System.nanoTime();
        try (MemoryHouse house = new MemoryHouse(folder.resolve("words"), Clock.system(), provider)) {
            while (stats(house).index().degraded()) {
                Thread.sleep(5);
            }
            Bench.row(
                    "start until searched by meaning", "%.2f s".formatted((System.nanoTime() - start) / 1e9), "");
        }
    }

    private static Stats stats(MemoryHouse house) {
        return house.ask(Operation.MEMORY_STATS, new Empty(), Stats.class);
    }

    /** Seconds that storing all entries took. */
    private double store(MemoryHouse house) throws Exception {
        AtomicInteger left = new AtomicInteger(ENTRIES);
        long start = System.nanoTime();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                running.add(callers.submit(() -> {
                    while (left.getAndDecrement() > 0) {
                        StringBuilder entry = new StringBuilder(Sentences.next());
                        for (int more = 1; more < SENTENCES; more++) {
                            entry.append(' ').append(Sentences.next());
                        }
                        text.addAndGet(entry.length());
                        StoreRequest request = StoreRequest.of("note", entry.toString(), USER);
                        house.ask(Operation.MEMORY_STORE, request, StoreAnswer.class);
                    }
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        }
        return (System.nanoTime() - start) / 1e9;
    }

    /** How long searches take, in milliseconds and in order, without what their question's vector took. */
    private static List<Double> searches(MemoryHouse house, SearchMode mode) {
        List<Double> millis = new ArrayList<>();
        for (int i = 0; i < SEARCHES; i++) {
            SearchRequest request = new SearchRequest(
                    Sentences.next(), 10, null, mode, USER, null, List.of(), 0, null, false);
            long start = System.nanoTime();
            SearchAnswer answer = house.ask(Operation.MEMORY_SEARCH, request, SearchAnswer.class);
            double took = (System.nanoTime() - start) / 1e6;
            if (answer.searchMode() != mode || answer.count() == 0) {
                throw new IllegalStateException("met " + answer.searchMode() + ": " + answer.degradedReason());
            }
            Double embedding = answer.embeddingMs();
            millis.add(embedding == null ? took : took - embedding);
        }
        return millis.stream().sorted().toList();
    }

    private static void show(MemoryHouse house, SearchMode mode, String what) {
        List<Double> millis = searches(house, mode);
        Bench.row(
                what,
                "p50 %.1f ms, p99 %.1f ms".formatted(millis.get(SEARCHES / 2), millis.get(SEARCHES * 99 / 100)),
                "p50 5 ms, p99 25 ms");
    }

    /** A start that finds its index gone makes it anew. */
    private void reindex() throws Exception {
        String file = "jdbc:sqlite:" + new Home(folder.resolve("words")).database(ServiceName.MEMORY_ENGINE);
        try (Connection connection = DriverManager.getConnection(file);
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("DROP TABLE memory_fts");
        }
        long start = System.nanoTime();
        try (MemoryHouse house = new MemoryHouse(folder.resolve("words"), Clock.system(), null)) {
            IndexStatus status = status(house);
            while (status.pending() > 0 || status.keyword().docs() < ENTRIES) {
                Thread.sleep(100);
                status = status(house);
            }
            Bench.row(
                    "index of 100,000 entries made anew",
                    "%.1f s".formatted((System.nanoTime() - start) / 1e9),
                    "60 s");
        }
    }

    private static IndexStatus status(MemoryHouse house) {
        return house.ask(Operation.INDEX_STATUS, new Empty(), IndexStatus.class);
    }
}
