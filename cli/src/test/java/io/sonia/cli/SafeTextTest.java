package io.sonia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
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

    @Property(tries = 300)
    void noControlCharacterSurvives(@ForAll String text) {
        assertThat(SafeText.line(text).chars().noneMatch(Character::isISOControl))
                .isTrue();
        assertThat(SafeText.of(text).chars().filter(c -> c != '\n' && c != '\t').noneMatch(Character::isISOControl))
                .isTrue();
    }
}
