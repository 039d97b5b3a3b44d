package io.sonia.kernel.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.kernel.ServiceName;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MetricsTest {

    private final Metrics metrics = new Metrics();

    private List<String> lines(String prefix) {
        return new String(metrics.text(), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith(prefix))
                .toList();
    }

    @Test
    void counterIsShownByItsLabels() {
        Counter counter = metrics.counter("sonia_things_total", "Things", "kind", "result");
        counter.increment("a", "ok");
        counter.increment("a", "ok");
        counter.add(5, "b", "quote \" back \\ line \n");

        assertThat(lines("sonia_things"))
                .containsExactlyInAnyOrder(
                        "sonia_things_total{kind=\"a\",result=\"ok\"} 2.0",
                        "sonia_things_total{kind=\"b\",result=\"quote \\\" back \\\\ line \\n\"} 5.0");
        assertThat(lines("# TYPE sonia_things")).containsExactly("# TYPE sonia_things_total counter");
    }

    @Test
    void counterWithoutLabelsStartsAtZero() {
        metrics.counter("sonia_races_total", "Races");

        assertThat(lines("sonia_races")).containsExactly("sonia_races_total 0.0");
    }

    @Test
    void histogramCountsUpToEachBound() {
        Histogram histogram = metrics.histogram("sonia_work_seconds", "Work", "tool");
        histogram.observe(Duration.ofMillis(1).toNanos(), "x");
        histogram.observe(Duration.ofMillis(300).toNanos(), "x");
        histogram.observe(Duration.ofHours(1).toNanos(), "x");

        assertThat(lines("sonia_work_seconds"))
                .contains(
                        "sonia_work_seconds_bucket{tool=\"x\",le=\"5.0E-4\"} 0",
                        "sonia_work_seconds_bucket{tool=\"x\",le=\"0.001\"} 1",
                        "sonia_work_seconds_bucket{tool=\"x\",le=\"0.25\"} 1",
                        "sonia_work_seconds_bucket{tool=\"x\",le=\"0.5\"} 2",
                        "sonia_work_seconds_bucket{tool=\"x\",le=\"+Inf\"} 3",
                        "sonia_work_seconds_count{tool=\"x\"} 3",
                        "sonia_work_seconds_sum{tool=\"x\"} 3600.301");
    }

    @Test
    void gaugeIsAskedAtEachReadAndAFailingOneHidesNoOther() {
        double[] value = {1};
        metrics.gauge("sonia_pending", "Pending", () -> value[0]);
        metrics.gauge("sonia_mode", "Mode", Map.of("mode", "normal"), () -> 1);
        metrics.gauge("sonia_mode", "Mode", Map.of("mode", "degraded"), () -> {
            throw new IllegalStateException("no answer");
        });
        assertThat(lines("sonia_pending")).containsExactly("sonia_pending 1.0");
        value[0] = 2;

        assertThat(lines("sonia_pending")).containsExactly("sonia_pending 2.0");
        assertThat(lines("sonia_mode"))
                .containsExactlyInAnyOrder("sonia_mode{mode=\"normal\"} 1.0", "sonia_mode{mode=\"degraded\"} NaN");
    }

    @Test
    void oneNameIsOneMetric() {
        metrics.counter("sonia_things_total", "Things");

        assertThatThrownBy(() -> metrics.counter("sonia_things_total", "Things"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> metrics.gauge("sonia_things_total", "Things", () -> 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> metrics.counter("sonia_things", "Things"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void wrongNumberOfLabelsIsRefused() {
        Counter counter = metrics.counter("sonia_things_total", "Things", "kind");

        assertThatThrownBy(() -> counter.increment("a", "b")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void childrenAreBounded() {
        Counter counter = metrics.counter("sonia_things_total", "Things", "kind");
        IntStream.range(0, 6000).forEach(i -> counter.increment("k" + i));

        assertThat(lines("sonia_things_total")).hasSize(5001).contains("sonia_things_total{kind=\"other\"} 1000.0");
    }

    @Test
    void requestsAreCountedAndTimed() {
        HttpMetrics http = new HttpMetrics(ServiceName.EVA_OS, metrics);
        http.begun();
        http.begun();
        http.answered("health", "OK", Duration.ofMillis(2).toNanos());
        http.rateLimited("person");
        http.shed("refused");
        http.queued(Duration.ofMillis(3).toNanos());
        http.authenticated("ok");

        assertThat(lines("sonia_"))
                .contains(
                        "sonia_http_requests_total{code=\"OK\",operation=\"health\",service=\"eva-os\"} 1.0",
                        "sonia_http_request_seconds_count{operation=\"health\",service=\"eva-os\"} 1",
                        "sonia_http_running{service=\"eva-os\"} 1.0",
                        "sonia_rate_limited_total{scope=\"person\"} 1.0",
                        "sonia_shed_total{queue=\"http\",reason=\"refused\"} 1.0",
                        "sonia_queue_wait_seconds_count{queue=\"http\"} 1",
                        "sonia_auth_total{result=\"ok\"} 1.0");
    }

    @Test
    void machineAndProcessAreShownForEveryServiceOfTheProcess() {
        assertThat(lines("jvm_memory_used_bytes")).isNotEmpty();
        assertThat(lines("process_cpu_seconds_total")).hasSize(1);
        assertThat(new String(new Metrics().text(), StandardCharsets.UTF_8)).contains("process_cpu_seconds_total");
        assertThat(Metrics.CONTENT_TYPE).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
    }

    @Test
    void noIncrementIsLostBetweenThreads() throws InterruptedException {
        Counter counter = metrics.counter("sonia_things_total", "Things", "kind");
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> threads = IntStream.range(0, 8)
                .mapToObj(i -> Thread.ofVirtual().start(() -> {
                    try {
                        start.await();
                    } catch (InterruptedException e) {
                        return;
                    }
                    IntStream.range(0, 10_000).forEach(each -> counter.increment("k" + each % 3));
                }))
                .toList();
        start.countDown();
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(lines("sonia_things_total").stream()
                        .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' ') + 1)))
                        .sum())
                .isEqualTo(80_000);
    }
}
