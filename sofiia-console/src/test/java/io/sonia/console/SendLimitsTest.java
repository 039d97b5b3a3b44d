package io.sonia.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.metrics.Metrics;
import io.sonia.testkit.FakeClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SendLimitsTest {

    private final FakeClock clock = new FakeClock();
    private final SendLimits limits = new SendLimits(
            new ConsoleConfig(20, 5, 60, 8, "NODA1", 12, 120),
            clock,
            new Metrics().counter("sofiia_rate_limited_total", "Refused", "scope"));

    @Test
    void aChatTakesItsBurstAndThenOneEveryThreeSeconds() {
        for (int i = 0; i < 5; i++) {
            limits.take("one", "ann");
        }
        SoniaException refused = refused("one", "ann");
        assertThat(refused.code()).isEqualTo(ErrorCode.RATE_LIMITED);
        assertThat(refused.details()).containsEntry("scope", "chat");
        assertThat(refused.retryAfter()).isEqualTo(Duration.ofSeconds(3));
        clock.advance(Duration.ofSeconds(3));
        assertThatCode(() -> limits.take("one", "ann")).doesNotThrowAnyException();
        assertThat(refused("one", "ann").details()).containsEntry("scope", "chat");
    }

    @Test
    void aPersonIsLimitedAcrossChats() {
        for (int i = 0; i < 8; i++) {
            limits.take("chat " + i % 2, "ann");
        }
        assertThat(refused("another", "ann").details()).containsEntry("scope", "operator");
        assertThatCode(() -> limits.take("another", "bob")).doesNotThrowAnyException();
    }

    @Test
    void aRefusalChargesNeither() {
        for (int i = 0; i < 5; i++) {
            limits.take("one", "ann");
        }
        for (int i = 0; i < 10; i++) {
            refused("one", "ann");
        }
        for (int i = 0; i < 3; i++) {
            limits.take("two", "ann");
        }
        assertThat(refused("two", "ann").details()).containsEntry("scope", "operator");
    }

    private SoniaException refused(String chat, String actor) {
        return catchThrowableOfType(SoniaException.class, () -> limits.take(chat, actor));
    }
}
