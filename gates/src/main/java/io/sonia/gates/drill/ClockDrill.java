package io.sonia.gates.drill;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Steps the wall clock of every process of a house, forwards and back, while it works. The clock is the product's own as
 * {@link ClockAgent} sets it wrong; the one that counts nanoseconds is right throughout, as the kernel's is.
 */
final class ClockDrill {

    private static final List<Duration> STEPS = List.of(
            Duration.ofHours(1),
            Duration.ofHours(-1),
            Duration.ofMillis(-1),
            Duration.ofDays(2),
            Duration.ofDays(-2),
            Duration.ofDays(-400),
            Duration.ofDays(400));

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration FELT = Duration.ofSeconds(5);
    private static final String WORKS = "OK";

    private final Distribution dist;
    private final Clock clock;
    private final Report report;
    private int asked;

    ClockDrill(Distribution dist, Clock clock, Report report) {
        this.dist = dist;
        this.clock = clock;
        this.report = report;
    }

    void run(Path scratch, int steps) throws IOException {
        report.hypothesis("turns, tasks and approvals work, the chains verify, nothing is restarted or done twice");
        Files.createDirectories(scratch);
        Path agent = scratch.resolve("clock-agent.jar");
        Path offset = scratch.resolve("offset-ms");
        ClockAgent.write(agent);
        set(offset, Duration.ZERO);
        try (SupervisedHouse house = new SupervisedHouse(dist, scratch.resolve("home"), clock, Map.of())) {
            house.laboratory().launchSupervisor("-javaagent:" + agent + "=" + offset);
            if (!house.await(PATIENCE, house::allServe)) {
                report.fail("the house does not start");
                return;
            }
            List<Long> pids = pids(house);
            String key = "clock-key";
            Answer first = task(house, key, "kept");
            Duration ahead = Duration.ZERO;
            for (int i = 0; i < Math.min(steps, STEPS.size()) && report.failed() == 0; i++) {
                ahead = ahead.plus(STEPS.get(i));
                step(house, offset, STEPS.get(i), ahead);
                report.caseDone();
            }
            set(offset, Duration.ZERO);
            works(house, "with the clock right again");
            Answer again = task(house, key, "kept");
            if (!again.data().equals(first.data()) && ahead.abs().compareTo(Duration.ofDays(1)) < 0) {
                report.fail("a repeated key was answered " + again.body());
            }
            ordered(house);
            if (!pids(house).equals(pids)) {
                report.fail("processes were " + pids + " and are " + pids(house));
            }
        }
    }

    private static List<Long> pids(SupervisedHouse house) {
        return List.of(ServiceName.values()).stream().map(house::pid).toList();
    }

    /** Replaced as a whole, so that nobody reads half of a number. */
    private static void set(Path offset, Duration ahead) throws IOException {
        Path aside = offset.resolveSibling("offset-ms.new");
        Files.writeString(aside, Long.toString(ahead.toMillis()));
        Files.move(aside, offset, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private void step(SupervisedHouse house, Path offset, Duration step, Duration ahead) throws IOException {
        String approval = ask(house);
        set(offset, ahead);
        long stepped = clock.nanoTime();
        for (ServiceName service : ServiceName.values()) {
            if (!house.await(FELT, () -> tells(house, service, ahead))) {
                report.fail(service + " does not feel a step of " + step);
            }
        }
        report.add("clocks stepped", ServiceName.values().length);
        works(house, "after a step of " + step);
        report.took("working after a step " + (step.isNegative() ? "back" : "forwards"), clock.nanoTime() - stepped);
        // What waited for a person is over when its time is, and not before.
        String decided = decide(house, approval);
        boolean over = step.compareTo(Duration.ofMinutes(2)) > 0;
        if (!decided.equals(over ? "APPROVAL_EXPIRED" : WORKS)) {
            report.fail("an approval across a step of " + step + " was answered " + decided);
        }
        report.count("approvals " + (over ? "expired" : "decided"));
    }

    /** True if the service's time is that of the stepped clock, to a minute. */
    private boolean tells(SupervisedHouse house, ServiceName service, Duration ahead) {
        try (Line line = house.operator(service)) {
            Answer status = line.send("GET", "/healthz", null, null);
            Instant told = Instant.parse(status.text("timestamp"));
            Instant expected = clock.now().plus(ahead);
            return Duration.between(told, expected).abs().compareTo(Duration.ofMinutes(1)) < 0;
        } catch (IOException | RuntimeException notNow) {
            return false;
        }
    }

    private void works(SupervisedHouse house, String when) {
        asked++;
        String turn = Json.text(Map.of("input_text", "hello", "conversation_id", "clock" + asked));
        if (!house.await(
                PATIENCE,
                () -> code(house, ServiceName.API_GATEWAY, "/v1/turn", turn).equals(WORKS))) {
            report.fail("a turn " + when + " is answered " + code(house, ServiceName.API_GATEWAY, "/v1/turn", turn));
        }
        if (!house.await(PATIENCE, house::allServe)) {
            report.fail("not all services serve " + when);
        }
        report.count("turns");
    }

    private static String code(SupervisedHouse house, ServiceName service, String path, String body) {
        try (Line line = house.operator(service)) {
            return line.send("POST", path, null, body).code();
        } catch (IOException nobody) {
            return "nobody answers";
        }
    }

    private static Answer task(SupervisedHouse house, String key, String name) throws IOException {
        try (Line line = house.operator(ServiceName.EVA_OS)) {
            return line.send("POST", "/tasks", key, Json.text(Map.of("name", name)));
        }
    }

    private String ask(SupervisedHouse house) throws IOException {
        asked++;
        Map<String, Object> args = Map.of("path", "clock-" + asked + ".txt", "content", "never written");
        String question = Json.text(Map.of("tool_name", "file.write", "args", args));
        try (Line line = house.operator(ServiceName.EVA_OS)) {
            return line.send("POST", "/gate-tool-call", null, question).text("data", "approval", "approval_id");
        }
    }

    private static String decide(SupervisedHouse house, String approval) {
        String body = Json.text(Map.of("approval_id", approval, "decision", "approved"));
        return code(house, ServiceName.EVA_OS, "/approve", body);
    }

    /** However the clock was set, each chain verifies and its logical times only rise. */
    private void ordered(SupervisedHouse house) throws IOException {
        try (Line line = house.operator(ServiceName.API_GATEWAY)) {
            Answer verified = line.send("GET", "/v1/audit/verify?chain=all", null, null);
            if (!Boolean.TRUE.equals(verified.at("data", "valid"))) {
                report.fail("the chains: " + verified.body());
            }
        }
        try (Line line = house.operator(ServiceName.EVA_OS)) {
            Answer entries = line.send("GET", "/v1/audit/entries?limit=1000", null, null);
            List<String> times = new ArrayList<>();
            if (entries.at("data", "entries") instanceof List<?> all) {
                for (Object each : all) {
                    times.add(each instanceof Map<?, ?> entry ? entry.get("seq") + " " + entry.get("hlc") : "");
                }
            }
            report.add("entries whose order was looked at", times.size());
            long wrong = 0;
            for (int i = 1; i < times.size(); i++) {
                String[] one = times.get(i - 1).split(" ", 2);
                String[] other = times.get(i).split(" ", 2);
                boolean rising = Long.parseLong(one[0]) < Long.parseLong(other[0]);
                wrong += rising == (one[1].compareTo(other[1]) < 0) ? 0 : 1;
            }
            if (times.isEmpty() || wrong > 0) {
                report.fail(wrong + " of " + times.size() + " entries are out of order by their logical time");
            }
        }
    }
}
