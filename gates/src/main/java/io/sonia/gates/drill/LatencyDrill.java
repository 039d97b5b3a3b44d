package io.sonia.gates.drill;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.Threads;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A stack whose model becomes slow: degraded mode is entered, sheds, and is left after the model is fast again; a spike
 * does neither. Then one service is killed, and the breaker in front of it opens and closes.
 */
final class LatencyDrill {

    private static final int CALLERS = 4;
    private static final int BREACHES = 3;
    private static final int THRESHOLD_MS = 700;
    private static final int LENIENT_MS = 600_000;
    /** Less than the shortest window, so that none is without a sample. */
    private static final Duration SLOW = Duration.ofMillis(1_500);

    private static final int SHORTEST_WINDOW_SECONDS = 2;
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);
    /** Windows that anything awaited may take at most. */
    private static final int PATIENCE = 40;

    private static final Duration LEAST_PATIENCE = Duration.ofSeconds(60);
    private static final Set<String> SERVING = Set.of("OK", "UNAVAILABLE", "CIRCUIT_OPEN");

    private final Clock clock;
    private final Report report;
    private final Duration window;
    private volatile boolean over;
    /** What told the mode last. */
    private Answer latest = new Answer(0, "{}");

    LatencyDrill(Clock clock, Report report, int windowSeconds) {
        if (windowSeconds < SHORTEST_WINDOW_SECONDS) {
            throw new IllegalArgumentException("--window: expected at least " + SHORTEST_WINDOW_SECONDS);
        }
        this.clock = clock;
        this.report = report;
        this.window = Duration.ofSeconds(windowSeconds);
    }

    /** Something that is to become true. */
    private interface Condition {
        boolean holds() throws IOException;
    }

    void run(Distribution dist, Path scratch) throws Exception {
        try (SlowModel model = new SlowModel(clock);
                Laboratory laboratory = new Laboratory(dist, scratch, clock, settings(model))) {
            for (ServiceName service : List.of(
                    ServiceName.EVA_OS,
                    ServiceName.MEMORY_ENGINE,
                    ServiceName.MODEL_ROUTER,
                    ServiceName.OPENCLAW,
                    ServiceName.API_GATEWAY)) {
                laboratory.start(service);
            }
            report.begin();
            List<Thread> callers = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                String conversation = "caller " + i;
                callers.add(Threads.virtual(conversation, () -> talk(laboratory, conversation)));
            }
            try (Line gateway = laboratory.operator(ServiceName.API_GATEWAY)) {
                steady(gateway, model);
                spike(gateway, model);
                degrade(laboratory, gateway, model);
                recover(laboratory, gateway, model);
                pause(laboratory, gateway);
            } finally {
                over = true;
                for (Thread each : callers) {
                    each.join();
                }
                report.end();
            }
        }
    }

    private Map<String, Object> settings(SlowModel model) {
        Map<String, Object> lenient = Map.of("p95_ms", LENIENT_MS, "p99_ms", LENIENT_MS);
        return Map.of(
                "slo",
                Map.of(
                        "window_seconds",
                        window.toSeconds(),
                        "min_samples",
                        2,
                        "min_dwell_seconds",
                        BREACHES * window.toSeconds(),
                        "thresholds",
                        Map.of(
                                "model", Map.of("p95_ms", THRESHOLD_MS, "p99_ms", THRESHOLD_MS),
                                "memory_read", lenient,
                                "memory_write", lenient,
                                "tool", lenient,
                                "total", lenient)),
                "model_router",
                Map.of("providers", Map.of("drill", Map.of("base_url", model.baseUrl())), "probe_interval_seconds", 1));
    }

    /** Turns one after the other, until the drill is over. */
    private void talk(Laboratory laboratory, String conversation) {
        String request = Json.text(Map.of("input_text", "how are you?", "conversation_id", conversation));
        try (Line line = laboratory.operator(ServiceName.API_GATEWAY)) {
            while (!over) {
                Answer answer = line.send("POST", "/v1/turn", null, request);
                report.count("turns " + answer.code());
                if (!SERVING.contains(answer.code())) {
                    report.fail("a turn was answered " + answer.body());
                }
                clock.sleep(PAUSE);
            }
        } catch (IOException e) {
            report.fail("a connection broke: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Answer status(Line gateway) throws IOException {
        return gateway.send("GET", "/v1/slo/status", null, null);
    }

    private String mode(Line gateway) throws IOException {
        latest = status(gateway);
        return latest.text("data", "current_mode");
    }

    /** The time until it held, in milliseconds; a failure if it does not hold in time. */
    private long until(String what, Condition condition) throws IOException, InterruptedException {
        long began = clock.nanoTime();
        long patience = Math.max(LEAST_PATIENCE.toNanos(), window.toNanos() * PATIENCE);
        while (!condition.holds()) {
            if (clock.nanoTime() - began > patience) {
                report.fail("never " + what);
                break;
            }
            clock.sleep(LOOK_EVERY);
        }
        long millis = Duration.ofNanos(clock.nanoTime() - began).toMillis();
        report.add("ms until " + what, millis);
        report.caseDone();
        return millis;
    }

    private void expect(boolean holds, String what) {
        report.caseDone();
        if (!holds) {
            report.fail("expected: " + what);
        }
    }

    private void windows(String what) throws IOException, InterruptedException {
        long began = clock.nanoTime();
        until(what, () -> clock.nanoTime() - began > window.toNanos() * 2);
    }

    /** The hypothesis: with a model that is fast the mode is normal. */
    private void steady(Line gateway, SlowModel model) throws IOException, InterruptedException {
        until("the model of the drill answers", () -> model.answered() > CALLERS);
        windows("two windows have passed");
        expect(mode(gateway).equals("normal"), "normal mode while nothing is slow");
    }

    /** Slow for so short that at most two windows notice. */
    private void spike(Line gateway, SlowModel model) throws IOException, InterruptedException {
        long before = model.answeredLate();
        model.delay(SLOW);
        until("the spike is felt", () -> model.answeredLate() > before);
        model.delay(Duration.ZERO);
        windows("the spike is judged");
        until("the spike is over", () -> status(gateway).number("data", "consecutive_breach") == 0);
        expect(mode(gateway).equals("normal"), "normal mode after a spike");
    }

    private void degrade(Laboratory laboratory, Line gateway, SlowModel model)
            throws IOException, InterruptedException {
        long before = model.answeredLate();
        model.delay(SLOW);
        until("degraded", () -> mode(gateway).equals("degraded"));
        Answer degraded = latest;
        report.add("answers that were held back", model.answeredLate() - before);
        report.add("model p95 ms in the window", degraded.number("data", "window", "stages", "model", "p95_ms"));
        expect(model.answeredLate() - before >= BREACHES * 2, "the injection is felt");
        expect(degraded.number("data", "consecutive_breach") >= BREACHES, "three windows in a row breached");
        expect(
                degraded.number("data", "window", "stages", "model", "p95_ms") >= SLOW.toMillis(),
                "p95 shows the delay");
        until("less is recalled", () -> status(gateway).number("data", "shed", "long_recalls") > 0);
        until("told as an event", () -> events(laboratory, "slo.degrade.entered") == 1);
        until("heard by the memory engine", () -> memoryMode(laboratory).equals("degraded"));
        expect(audited(gateway, "slo.degrade.entered") == 1, "one audit entry of the entry");
    }

    private void recover(Laboratory laboratory, Line gateway, SlowModel model)
            throws IOException, InterruptedException {
        model.delay(Duration.ZERO);
        until("recovering", () -> !mode(gateway).equals("degraded"));
        until("normal again", () -> mode(gateway).equals("normal"));
        long shed = status(gateway).number("data", "shed", "long_recalls");
        report.add("recalls that were shortened", shed);
        until("told as an event: the end", () -> events(laboratory, "slo.degrade.exited") == 1);
        until(
                "heard by the memory engine: the end",
                () -> memoryMode(laboratory).equals("normal"));
        long answered = model.answered();
        until("turns go on", () -> model.answered() > answered + CALLERS * 2);
        expect(status(gateway).number("data", "shed", "long_recalls") <= shed + CALLERS, "shedding has ended");
        expect(audited(gateway, "slo.degrade.entered") == 1, "it was entered once");
        expect(audited(gateway, "slo.degrade.exited") == 1, "it was left once");
    }

    /** The memory engine is gone: turns go on without it, and calls to it are paused until it is there again. */
    private void pause(Laboratory laboratory, Line gateway) throws Exception {
        String memory = ServiceName.MEMORY_ENGINE.wireName();
        laboratory.kill(ServiceName.MEMORY_ENGINE);
        until("calls are paused", () -> breaker(gateway, memory).equals("open"));
        until("told as an event: paused", () -> events(laboratory, "breaker.opened") > 0);
        laboratory.start(ServiceName.MEMORY_ENGINE);
        until("calls go on", () -> breaker(gateway, memory).equals("closed"));
        until("told as an event: let go", () -> events(laboratory, "breaker.closed") > 0);
    }

    private static String breaker(Line gateway, String name) throws IOException {
        return gateway.send("GET", "/v1/breakers", null, null).text("data", "breakers", name, "state");
    }

    private static String memoryMode(Laboratory laboratory) throws IOException {
        try (Line memory = laboratory.operator(ServiceName.MEMORY_ENGINE)) {
            return memory.send("GET", "/status", null, null).text("data", "slo_mode");
        }
    }

    private static long events(Laboratory laboratory, String type) throws IOException {
        try (Line evaOs = laboratory.operator(ServiceName.EVA_OS)) {
            return evaOs.send("GET", "/v1/events?type=" + type, null, null).number("data", "count");
        }
    }

    private static long audited(Line gateway, String operation) throws IOException {
        return gateway.send("GET", "/v1/audit/entries?chain=api-gateway&operation=" + operation, null, null)
                .number("data", "count");
    }
}
