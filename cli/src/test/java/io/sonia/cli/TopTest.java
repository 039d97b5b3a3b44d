package io.sonia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.ServiceName;
import io.sonia.kernel.metrics.HttpMetrics;
import io.sonia.kernel.metrics.Metrics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The figures of services as a person watches them. */
class TopTest {

    private static final Instant TIME = Instant.parse("2026-02-03T04:05:06Z");

    private final Metrics metrics = new Metrics();
    private final HttpMetrics http = new HttpMetrics(ServiceName.OPENCLAW, metrics);

    private MetricText told() {
        return MetricText.of(new String(metrics.text(), StandardCharsets.UTF_8));
    }

    private void answered(String operation, String code, int times, Duration took) {
        for (int i = 0; i < times; i++) {
            http.begun();
            http.answered(operation, code, took.toNanos());
        }
    }

    @Test
    void countsAndQuantilesAreThoseSinceTheReadingBefore() {
        answered("execute", "OK", 100, Duration.ofSeconds(4));
        MetricText before = told();
        answered("execute", "OK", 90, Duration.ofMillis(3));
        answered("execute", "TIMEOUT", 10, Duration.ofMillis(80));
        answered("health", "OK", 500, Duration.ofSeconds(20));
        MetricText now = told();
        assertThat(now.sum(
                                "sonia_http_requests_total",
                                each -> each.label("operation").equals("execute"))
                        - before.sum("sonia_http_requests_total", each -> true))
                .isEqualTo(100);
        assertThat(now.quantile(
                        0.9,
                        "sonia_http_request_seconds",
                        before,
                        each -> !each.label("operation").equals("health")))
                .isEqualTo(0.005);
        assertThat(now.quantile(
                        0.95,
                        "sonia_http_request_seconds",
                        before,
                        each -> !each.label("operation").equals("health")))
                .isEqualTo(0.1);
        assertThat(now.quantile(0.95, "sonia_http_request_seconds", now, each -> true))
                .isNaN();
        assertThat(now.sum("process_cpu_seconds_total", each -> true)).isPositive();
    }

    @Test
    void whatIsNoSampleIsSkipped() {
        MetricText read = MetricText.of("""
                # HELP a b
                a{x="1,}\\"y",z=""} 2 1700000000000
                not a sample
                b NaN
                c +Inf
                d nonsense
                """);
        assertThat(read.samples()).extracting(MetricText.Sample::name).containsExactly("a", "b", "c");
        assertThat(read.samples().getFirst().label("x")).isEqualTo("1,}\\\"y");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 30, 48, 64, 80, 100, 300})
    void aPictureIsNeverWiderOrHigherThanItsTerminal(int width) {
        TopFrame frame = frame();
        List<String> lines = TopPicture.lines(frame, width, 5);
        assertThat(lines).hasSize(5).allMatch(each -> each.length() <= width);
        assertThat(TopPicture.lines(frame, width, 100)).hasSize(4 + 2 + 2);
    }

    @Test
    void aWidePictureHasAllColumnsAndANarrowOneTheState() {
        String wide = String.join("\n", TopPicture.lines(frame(), 120, 100));
        assertThat(wide).contains("openclaw", "healthy", "12.5", "250 ms", "1.5", "64.0 MiB", "S1  audit.chain.broken");
        assertThat(wide).contains("approvals waiting 2   dead letters -   open alerts 1");
        String narrow = String.join("\n", TopPicture.lines(frame(), 30, 100));
        assertThat(narrow).contains("healthy").doesNotContain("250 ms");
    }

    @Test
    void whatNobodyCouldTellIsADashAndNothingInItIsObeyed() {
        TopFrame.Line down =
                new TopFrame.Line("pipecat\u001b[2J", "down", null, null, null, null, null, null, null, null);
        TopFrame frame = new TopFrame(TIME, 1, List.of(down), null, null, null, List.of());
        assertThat(String.join("\n", TopPicture.lines(frame, 120, 100)))
                .contains("down", "-")
                .doesNotContain("\u001b");
    }

    private static TopFrame frame() {
        TopFrame.Line busy =
                new TopFrame.Line("openclaw", "healthy", 1, 12.5, 1.5, 250.0, 3, 4, 42.0, 64L * 1024 * 1024);
        TopFrame.Line down = new TopFrame.Line("pipecat", "down", null, null, null, null, null, null, null, null);
        TopFrame.OpenAlert alert = new TopFrame.OpenAlert("S1", "audit.chain.broken", "openclaw", TIME);
        return new TopFrame(TIME, 1, List.of(busy, down), 2, null, 1, List.of(alert));
    }
}
