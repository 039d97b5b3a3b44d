package io.sonia.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.memory.SearchHit;
import io.sonia.contracts.memory.SearchHit.Components;
import io.sonia.contracts.memory.SearchMode;
import io.sonia.memory.Searches.Found;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NewerFirstTest {

    private static final Instant TIME = Instant.parse("2026-01-01T00:00:00Z");

    /** Hits in this order, each with the number of its memory before its text. */
    private static List<String> ordered(String question, String... hits) {
        return found(question, hits).stream().map(each -> each.hit().content()).toList();
    }

    private static List<Found> found(String question, String... hits) {
        List<Found> found = new ArrayList<>();
        for (String each : hits) {
            long seq = Long.parseLong(each.substring(0, each.indexOf(' ')));
            String text = each.substring(each.indexOf(' ') + 1);
            double score = 1.0 / (found.size() + 1);
            SearchHit hit = new SearchHit(
                    "mem_" + seq, "note", text, Map.of(), TIME, score, SearchMode.KEYWORD, new Components(score, null));
            found.add(new Found(seq, text, hit));
        }
        return NewerFirst.of(found, question);
    }

    @Test
    void whatIsTrueNowComesBeforeWhatWasTrueThen() {
        assertThat(ordered(
                        "what is the garage code?",
                        "1 the garage code is 4711",
                        "2 the bike code is 4711",
                        "5 the garage code was changed to 9035",
                        "9 the garage code is 1234 since yesterday"))
                .containsExactly(
                        "the garage code is 1234 since yesterday",
                        "the garage code was changed to 9035",
                        "the garage code is 4711",
                        "the bike code is 4711");
    }

    @Test
    void whatSaysSomethingElseStaysWhereItIs() {
        assertThat(ordered(
                        "what is the garage code?",
                        "1 the garage code is 4711",
                        "2 the garage door squeaks in winter",
                        "3 the bike code is 4711"))
                .containsExactly(
                        "the garage code is 4711", "the garage door squeaks in winter", "the bike code is 4711");
        assertThat(ordered("something else", "1 the garage code is 4711", "2 the garage code is 4712"))
                .containsExactly("the garage code is 4711", "the garage code is 4712");
    }

    @Test
    void scoresStayInOrder() {
        List<Found> found = found("garage code", "1 garage code 4711", "3 bike", "2 garage code 9035");

        assertThat(found).extracting(Found::seq).containsExactly(2L, 1L, 3L);
        assertThat(found).extracting(each -> each.hit().score()).containsExactly(1.0, 1.0, 0.5);
    }
}
