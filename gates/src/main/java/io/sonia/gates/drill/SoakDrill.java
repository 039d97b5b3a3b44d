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
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Ordinary traffic for a long time, offered at a fixed rate whatever the answers take: one chat a second, a fifth of that
 * many actions, a tenth voice sessions begun and ended. What a long life shows is measured in {@link SoakWindow}s.
 */
final class SoakDrill {

    /** Voice sessions live for an hour and ten may be open: each that is begun is ended at once. */
    private static final int ACTIONS_EVERY = 5;

    private static final int VOICE_EVERY = 10;
    private static final int MOST_AT_ONCE = 256;
    private static final int WINDOWS = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int CONVERSATIONS = 20;

    /** Of all requests; more than ten times of it in a window ends the soak. */
    static final double MOST_ERRORS = 0.005;

    private final Distribution dist;
    private final Clock clock;
    private final Report report;
    private final Semaphore slots = new Semaphore(MOST_AT_ONCE);
    private final AtomicInteger next = new AtomicInteger();
    private volatile SoakWindow window;

    SoakDrill(Distribution dist, Clock clock, Report report) {
        this.dist = dist;
        this.clock = clock;
        this.report = report;
        this.window = new SoakWindow();
    }

    /** @param rate chats a second */
    void run(Path scratch, Duration time, int rate) throws Exception {
        report.hypothesis("errors under 0.5 %, memory, descriptors, threads and p95 do not grow, nothing is restarted");
        try (SupervisedHouse house = new SupervisedHouse(dist, scratch, clock, Map.of())) {
            if (!house.start(PATIENCE)) {
                report.fail("the house does not start");
                return;
            }
            List<Long> pids = pids(house);
            List<SoakWindow> windows = new ArrayList<>();
            Duration length = time.dividedBy(WINDOWS);
            long began = clock.nanoTime();
            String aborted = null;
            for (int i = 1; i <= WINDOWS && aborted == null; i++) {
                SoakWindow measured = new SoakWindow();
                window = measured;
                offer(house, length, rate);
                measured.close(pids, (clock.nanoTime() - began) / 1e9);
                windows.add(measured);
                report.caseDone();
                report.say(measured.line(i, WINDOWS));
                aborted = aborted(house, measured, pids);
            }
            slots.acquire(MOST_AT_ONCE);
            if (aborted != null) {
                report.fail("given up: " + aborted);
            }
            new SoakVerdict(report, time).judge(windows);
        }
    }

    /** Why there is no point in going on; null if there is. */
    private @Nullable String aborted(SupervisedHouse house, SoakWindow measured, List<Long> pids) {
        if (!pids(house).equals(pids)) {
            return "a service was restarted: its processes were " + pids + " and are " + pids(house);
        }
        if (measured.errorRate() > 10 * MOST_ERRORS) {
            return String.format(
                    Locale.ROOT,
                    "%.1f %% of a window failed, the first with %s",
                    100 * measured.errorRate(),
                    measured.firstError());
        }
        return null;
    }

    private static List<Long> pids(SupervisedHouse house) {
        return List.of(ServiceName.values()).stream().map(house::pid).toList();
    }

    private void offer(SupervisedHouse house, Duration length, int rate) {
        long from = clock.nanoTime();
        long every = Duration.ofSeconds(1).toNanos() / rate;
        for (long due = from; due - from < length.toNanos(); due += every) {
            long wait = due - clock.nanoTime();
            if (wait > 0) {
                house.rest(Duration.ofNanos(wait));
            }
            int number = next.incrementAndGet();
            send(house, "chat", number, due);
            if (number % ACTIONS_EVERY == 0) {
                send(house, "action", number, due);
            }
            if (number % VOICE_EVERY == 0) {
                send(house, "voice", number, due);
            }
        }
    }

    /** One that finds no slot was offered and not taken, which is an error too. */
    private void send(SupervisedHouse house, String kind, int number, long due) {
        SoakWindow into = window;
        report.count(kind);
        if (!slots.tryAcquire()) {
            into.failed("no slot of " + MOST_AT_ONCE + " was free");
            return;
        }
        Threads.virtual("soak", () -> {
            try {
                asked(house, kind, number, into, due);
            } catch (IOException e) {
                into.failed(kind + ": " + e);
            } finally {
                slots.release();
            }
        });
    }

    private void asked(SupervisedHouse house, String kind, int number, SoakWindow into, long due) throws IOException {
        String correlation = "req_soak_" + kind + number;
        ServiceName service = kind.equals("voice") ? ServiceName.PIPECAT : ServiceName.API_GATEWAY;
        try (Line line = house.operator(service)) {
            line.correlating(correlation);
            Answer answer = switch (kind) {
                case "chat" ->
                    line.send(
                            "POST",
                            "/v1/turn",
                            null,
                            Json.text(Map.of(
                                    "input_text",
                                    "what do you know about number " + number % 100 + "?",
                                    "conversation_id",
                                    "soak-" + number % CONVERSATIONS)));
                case "action" ->
                    line.send(
                            "POST",
                            "/v1/action",
                            null,
                            Json.text(Map.of("tool_name", "file.list", "args", Map.of("path", "."))));
                default -> voice(line);
            };
            if (!answer.good()) {
                into.failed(kind + ": " + answer.status() + " " + answer.code());
            } else if (!correlation.equals(answer.text("correlation_id"))) {
                into.failed(kind + ": the answer to " + correlation + " is about " + answer.text("correlation_id"));
            } else {
                into.answered(clock.nanoTime() - due);
            }
        }
    }

    private static Answer voice(Line line) throws IOException {
        Answer begun = line.send("POST", "/session/start", null, "{}");
        if (!begun.good()) {
            return begun;
        }
        return line.send("POST", "/session/stop?session_id=" + begun.text("data", "session_id"), null, "{}");
    }
}
