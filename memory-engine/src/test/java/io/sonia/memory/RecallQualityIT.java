package io.sonia.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.memory.SearchHit;
import io.sonia.contracts.memory.SearchMode;
import io.sonia.testkit.FakeClock;
import io.sonia.testkit.RecallScore;
import io.sonia.testkit.RecallSet;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Floors under what a search by words finds in a year of somebody's memories; {@code ./sonia bench recall} prints more. */
class RecallQualityIT {

    private static final String USER = "usr_1";

    @TempDir
    Path folder;

    private final FakeClock clock = new FakeClock(Instant.parse("2025-01-01T00:00:00Z"));

    @Test
    void wordsFindWhatIsAskedForAndThePresentBeforeThePast() {
        RecallSet set = RecallSet.load();
        assertThat(set.memories()).hasSizeGreaterThan(3000);
        assertThat(set.questions()).hasSizeGreaterThan(300);
        try (MemoryFixture fixture = new MemoryFixture(folder.resolve("sonia.db"), clock)) {
            Map<String, Integer> numbers = stored(fixture, set);
            RecallScore score = new RecallScore();
            for (RecallSet.Question question : set.questions()) {
                List<SearchHit> hits = fixture.answer(MemoryFixture.asked(question.text(), SearchMode.KEYWORD, USER))
                        .results();
                score.add(
                        question,
                        hits.stream().map(hit -> numbers.get(hit.id())).toList());
            }
            assertThat(score.recall()).isGreaterThan(0.79);
            assertThat(score.meanReciprocalRank()).isGreaterThan(0.55);
            assertThat(score.staleFirst()).isLessThan(0.33);
        }
    }

    private Map<String, Integer> stored(MemoryFixture fixture, RecallSet set) {
        Map<String, Integer> numbers = new HashMap<>();
        int today = 0;
        for (RecallSet.Memory memory : set.memories()) {
            if (memory.day() > today) {
                clock.advance(Duration.ofDays(memory.day() - today));
                today = memory.day();
            }
            numbers.put(fixture.store(memory.text(), USER), memory.number());
        }
        return numbers;
    }
}
