package io.sonia.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.router.RecalledMemory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryAnswersTest {

    private static final RecalledMemory LOCKER = memory("mem_locker", "note", "my locker code is 4711", "2026-03-01");
    private static final RecalledMemory BIKE = memory("mem_bike", "note", "my bike lock opens with 0815", "2026-03-02");
    private static final RecalledMemory TEA = memory("mem_tea", "note", "I drink tea without sugar", "2026-03-03");
    private static final List<RecalledMemory> ALL = List.of(TEA, BIKE, LOCKER);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "what is my locker code?",
                "What's my locker code",
                "tell me my locker code",
                "do you know the code of my locker?",
                "LOCKER CODE?"
            })
    void theStatementThatSharesTheRareWordsIsQuotedWithItsSource(String question) {
        assertThat(MemoryAnswers.to(question, ALL))
                .hasValue("You told me:\n- \"my locker code is 4711\" (mem_locker, 2026-03-01)");
    }

    @Test
    void nothingRelevantIsNoAnswer() {
        assertThat(MemoryAnswers.to("where does my sister live?", ALL)).isEmpty();
        assertThat(MemoryAnswers.to("what is it?", ALL)).isEmpty();
        assertThat(MemoryAnswers.to("what is my locker code?", List.of())).isEmpty();
    }

    @Test
    void aWeakMatchIsCalledOne() {
        assertThat(MemoryAnswers.to("which number do I dial for the garage code?", ALL))
                .hasValueSatisfying(answer -> assertThat(answer)
                        .startsWith("I have no exact answer. The closest you told me:")
                        .contains("4711"));
    }

    @Test
    void aRareWordCountsMoreThanSeveralCommonOnes() {
        List<RecalledMemory> memories = new ArrayList<>();
        for (String place : List.of("shed", "attic", "cellar", "office", "gym", "school")) {
            memories.add(memory("mem_" + place, "note", "the door code of the " + place + " is secret", "2026-03-01"));
        }
        memories.add(memory("mem_garage", "note", "the garage opens with 1999", "2026-03-01"));

        assertThat(MemoryAnswers.to("what is the garage door code?", memories))
                .hasValueSatisfying(
                        answer -> assertThat(answer.lines().toList().get(1)).contains("mem_garage"));
    }

    @Test
    void questionsAndRequestsAreNeverQuoted() {
        List<RecalledMemory> asked = List.of(
                memory("mem_1", "turn_raw", "what is my locker code?", "2026-03-01"),
                memory("mem_2", "turn_raw", "is my locker code secret", "2026-03-01"),
                memory("mem_3", "turn_raw", "search memory for locker code", "2026-03-01"));

        assertThat(MemoryAnswers.to("what is my locker code?", asked)).isEmpty();
    }

    @Test
    void itsOwnWordsAreNeverQuoted() {
        List<RecalledMemory> own = List.of(
                memory("mem_1", "turn_summary", "the locker code was asked for", "2026-03-01"),
                memory("mem_2", "tool_event", "file.read locker code", "2026-03-01"),
                memory("mem_3", "confirmation_event", "locker code approved", "2026-03-01"));

        assertThat(MemoryAnswers.to("what is my locker code?", own)).isEmpty();
    }

    @Test
    void aStatementMadeTwiceIsQuotedOnceWithItsLatestSource() {
        List<RecalledMemory> twice = List.of(
                memory("mem_turn", "turn_raw", "Please remember that my locker code is 4711", "2026-03-01"),
                memory("mem_note", "note", "my locker code is 4711", "2026-03-02"));

        assertThat(MemoryAnswers.to("what is my locker code?", twice))
                .hasValue("You told me:\n- \"my locker code is 4711\" (mem_note, 2026-03-02)");
    }

    @Test
    void ofTwoStatementsTheNewerComesFirst() {
        List<RecalledMemory> changed =
                List.of(LOCKER, memory("mem_new", "note", "my locker code is 1234", "2026-04-01"), TEA);

        assertThat(MemoryAnswers.to("what is my locker code?", changed))
                .hasValueSatisfying(answer -> assertThat(answer.lines().toList())
                        .containsExactly(
                                "You told me:",
                                "- \"my locker code is 1234\" (mem_new, 2026-04-01)",
                                "- \"my locker code is 4711\" (mem_locker, 2026-03-01)"));
    }

    @Test
    void aLongStatementIsCut() {
        RecalledMemory lengthy = memory("mem_1", "note", "locker " + "x".repeat(1000), "2026-03-01");

        assertThat(MemoryAnswers.to("which locker?", List.of(lengthy)))
                .hasValueSatisfying(answer -> assertThat(answer).hasSizeLessThan(400));
    }

    private static RecalledMemory memory(String id, String type, String content, String day) {
        return new RecalledMemory(id, type, content, Instant.parse(day + "T10:00:00Z"), 0.5);
    }
}
