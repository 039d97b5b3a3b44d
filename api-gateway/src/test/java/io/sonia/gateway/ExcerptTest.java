package io.sonia.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExcerptTest {

    private static final String SMILE = "\uD83D\uDE00";

    @Test
    void aShortTextIsWhole() {
        assertThat(Excerpt.of("four", 4)).isEqualTo("four");
        assertThat(Excerpt.dotted("four", 4)).isEqualTo("four");
    }

    @Test
    void aLongTextIsCut() {
        assertThat(Excerpt.of("fours", 4)).isEqualTo("four");
        assertThat(Excerpt.dotted("fours", 4)).isEqualTo("four...");
        assertThat(Excerpt.of("fours", 0)).isEmpty();
    }

    @Test
    void aCharacterOfTwoHalvesIsNotCutInTwo() {
        assertThat(Excerpt.of("ab" + SMILE + "c", 3)).isEqualTo("ab");
        assertThat(Excerpt.of("ab" + SMILE + "c", 4)).isEqualTo("ab" + SMILE);
        assertThat(Excerpt.of(SMILE + SMILE, 3)).isEqualTo(SMILE);
        assertThat(Excerpt.dotted("ab" + SMILE + "c", 3)).isEqualTo("ab...");
    }
}
