package io.sonia.benchmarks;

import io.sonia.contracts.memory.SearchAnswer;
import io.sonia.contracts.memory.SearchMode;
import io.sonia.contracts.memory.SearchRequest;
import io.sonia.contracts.memory.Stats;
import io.sonia.contracts.memory.StoreAnswer;
import io.sonia.contracts.memory.StoreRequest;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Operation;
import io.sonia.testkit.RecallScore;
import io.sonia.testkit.RecallSet;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How well the memory finds what is asked for: by words, and with a provider of embeddings by meaning and by both. */
final class RecallLoad {

    private static final String USER = "usr_bench";
    private static final int YEAR = 365;

    private final Path folder;
    private final MemoryHouse.@Nullable Provider provider;
    private final ShiftedClock clock = new ShiftedClock();
    private final Map<String, Integer> numbers = new HashMap<>();

    RecallLoad(Path folder, MemoryHouse.@Nullable Provider provider) {
        this.folder = folder;
        this.provider = provider;
    }

    void run() throws Exception {
        RecallSet set = RecallSet.load();
        try (MemoryHouse house = new MemoryHouse(folder, clock, provider)) {
            for (RecallSet.Memory memory : set.memories()) {
                clock.shift(Duration.ofDays(memory.day() - YEAR));
                StoreRequest request = StoreRequest.of("note", memory.text(), USER);
                numbers.put(house.ask(Operation.MEMORY_STORE, request, StoreAnswer.class).id(), memory.number());
            }
            clock.shift(Duration.ZERO);
            Bench.row("memories, questions", set.memories().size() + ", " + set.questions().size(), "3000, 300");
            measure(house, set, SearchMode.KEYWORD, "words");
            if (provider == null) {
                Bench.row("vectors, hybrid", "UNAVAILABLE", "needs: --embeddings=<base url> --model=<name>");
                return;
            }
            while (house.ask(Operation.MEMORY_STATS, new Empty(), Stats.class).index().degraded()) {
                Thread.sleep(100);
            }
            measure(house, set, SearchMode.VECTOR, "vectors");
            measure(house, set, SearchMode.HYBRID, "hybrid");
        }
    }

    private void measure(MemoryHouse house, RecallSet set, SearchMode mode, String name) {
        RecallScore score = new RecallScore();
        for (RecallSet.Question question : set.questions()) {
            SearchRequest request =
                    new SearchRequest(question.text(), 10, null, mode, USER, null, List.of(), 0, null, false);
            SearchAnswer answer = house.ask(Operation.MEMORY_SEARCH, request, SearchAnswer.class);
            if (answer.searchMode() != mode) {
                throw new IllegalStateException(answer.degradedReason());
            }
            score.add(
                    question,
                    answer.results().stream().map(hit -> numbers.get(hit.id())).toList());
        }
        score.lines(name).forEach(System.out::println);
    }
}
