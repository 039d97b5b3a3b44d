package io.sonia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.testkit.Cases;
import org.junit.jupiter.api.Test;

class SafeTextTest {

    @Test
    void plainTextIsLeftAlone() {
        assertThat(SafeText.of("Grüße, 世界\n\tno harm")).isEqualTo("Grüße, 世界\n\tno harm");
    }

    @Test
    void cursorMovesAreShownByTheirCode() {
        assertThat(SafeText.of("rm\u001b[2K\rls")).isEqualTo("rm\\u001b[2K\\u000dls");
    }

    @Test
    void textThatTurnsTheReadingDirectionIsShownByItsCode() {
        assertThat(SafeText.of("a\u202eb\u2066c")).isEqualTo("a\\u202eb\\u2066c");
    }

    @Test
    void lineHasNoBreaks() {
        assertThat(SafeText.line("one\ntwo\tthree")).isEqualTo("one\\ntwo\\tthree");
    }

    @Test
    void noControlCharacterSurvives() {
        Cases.each(1_000, random -> {
            String text = Cases.text(random, 40);

            assertThat(SafeText.line(text).chars()).noneMatch(Character::isISOControl);
            assertThat(SafeText.of(text).chars().filter(c -> c != '\n' && c != '\t'))
                    .noneMatch(Character::isISOControl);
        });
    }
}
