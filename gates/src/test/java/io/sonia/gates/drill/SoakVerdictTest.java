package io.sonia.gates.drill;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.Clock;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SoakVerdictTest {

    private static final Duration HALF_AN_HOUR = Duration.ofMinutes(30);

    private final Report report = new Report(
            "soak", 1, Clock.system(), new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));

    @Test
    void requestsThatAreAnsweredInTimeAreGood() {
        new SoakVerdict(report, HALF_AN_HOUR).judge(windows(20, 50, 0));
        assertThat(report.failures()).isEmpty();
        assertThat(report.counted("requests")).isEqualTo(20 * 1000);
    }

    @Test
    void halfAPercentOfErrorsIsAllowedAndMoreIsNot() {
        new SoakVerdict(report, HALF_AN_HOUR).judge(windows(20, 50, 5));
        assertThat(report.failed()).isZero();
        new SoakVerdict(report, HALF_AN_HOUR).judge(windows(20, 50, 6));
        assertThat(report.failures()).singleElement().asString().contains("failed, the first with broke");
    }

    @Test
    void answersThatGetSlowerAreALeakToo() {
        List<SoakWindow> windows = windows(10, 50, 0);
        windows.addAll(windows(10, 200, 0));
        new SoakVerdict(report, HALF_AN_HOUR).judge(windows);
        assertThat(report.failures()).singleElement().asString().contains("p95 rose from 50 to 200 ms");
    }

    @Test
    void aSoakThatSentNothingIsNoSuccess() {
        new SoakVerdict(report, Duration.ofMinutes(1)).judge(List.of(new SoakWindow()));
        assertThat(report.failed()).isEqualTo(1);
    }

    private static List<SoakWindow> windows(int count, long millis, int failures) {
        List<SoakWindow> windows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            SoakWindow window = new SoakWindow();
            for (int j = failures; j < 1000; j++) {
                window.answered(Duration.ofMillis(millis).toNanos());
            }
            for (int j = 0; j < failures; j++) {
                window.failed("broke");
            }
            window.close(List.of(), i);
            windows.add(window);
        }
        return windows;
    }
}
