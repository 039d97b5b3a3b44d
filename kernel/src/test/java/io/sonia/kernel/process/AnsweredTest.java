package io.sonia.kernel.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Programs that are asked something and end soon, or not. */
@Timeout(60)
class AnsweredTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    @Test
    void itsAnswerIsItsOutputAndItsCode() throws Exception {
        assertThat(Answered.by(List.of("cat"), "said", LONG)).isEqualTo(new Answered(0, "said"));
        assertThat(Answered.by(List.of("sh", "-c", "echo no; exit 3"), "", LONG))
                .isEqualTo(new Answered(3, "no\n"));
    }

    @Test
    void oneThatNeitherEndsNorSaysAnythingIsKilled() throws Exception {
        Answered answered = Answered.by(List.of("sleep", "3600"), "", Duration.ofMillis(50));

        assertThat(answered).isEqualTo(new Answered(-1, ""));
    }

    @Test
    void oneThatIsNotThereIsAnError() {
        assertThatThrownBy(() -> Answered.by(List.of("no-such-program"), "", LONG))
                .isInstanceOf(IOException.class);
    }
}
