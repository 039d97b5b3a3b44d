package io.sonia.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecallTest {

    @Test
    void shortTextIsTheQuery() {
        assertThat(Recall.beginning("what is my locker code?")).isEqualTo("what is my locker code?");
    }

    @Test
    void longTextIsCutBetweenCharacters() {
        assertThat(Recall.beginning("x".repeat(5_000))).hasSize(4_000);
        assertThat(Recall.beginning("x".repeat(3_999) + "\uD83D\uDD11" + "y".repeat(10)))
                .isEqualTo("x".repeat(3_999));
        assertThat(Recall.beginning("x".repeat(3_998) + "\uD83D\uDD11" + "y".repeat(10)))
                .isEqualTo("x".repeat(3_998) + "\uD83D\uDD11");
    }
}
