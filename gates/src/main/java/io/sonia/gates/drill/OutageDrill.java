package io.sonia.gates.drill;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.process.Signal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Takes each service away for a while: what does not need it works on, what does says so by its documented code. */
final class OutageDrill {

    /** What is restarted is so at once: that nothing is during maintenance shows soon. */
    private static final Map<String, Object> SETTINGS = Map.of("eva_os", Map.of("backoff_seconds", List.of(0)));

    private static final Duration TIME_TO_RESTART = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(45);
    private static final Duration AGAIN = Duration.ofSeconds(20);
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final String WORKS = "OK";

    /** What a connection that nobody takes is counted as. */
    private static final String GONE = "nobody answers";

    /** What somebody asks for. */
    private enum Wanted {
        TURN(ServiceName.API_GATEWAY, "POST", "/v1/turn"),
        ACTION(ServiceName.API_GATEWAY, "POST", "/v1/action"),
        SESSIONS(ServiceName.API_GATEWAY, "GET", "/v1/sessions"),
        TASK(ServiceName.EVA_OS, "POST", "/tasks"),
        MEMORY(ServiceName.MEMORY_ENGINE, "POST", "/search"),
        ROUTE(ServiceName.MODEL_ROUTER, "GET", "/route"),
        TOOLS(ServiceName.OPENCLAW, "GET", "/tools"),
        VOICE(ServiceName.PIPECAT, "POST", "/session/start");

        private final ServiceName service;
        private final String method;
        private final String path;

        Wanted(ServiceName service, String method, String path) {
            this.service = service;
            this.method = method;
            this.path = path;
        }
    }

    /** By what is away, what is wanted may be answered with; what is not named works. */
    private static final Map<ServiceName, Map<Wanted, Set<String>>> EXPECTED = new EnumMap<>(Map.of(
            ServiceName.MEMORY_ENGINE, Map.of(Wanted.MEMORY, Set.of(GONE)),
            ServiceName.MODEL_ROUTER, Map.of(Wanted.ROUTE, Set.of(GONE), Wanted.TURN, Set.of("UNAVAILABLE")),
            ServiceName.OPENCLAW, Map.of(Wanted.TOOLS, Set.of(GONE), Wanted.ACTION, Set.of("UNAVAILABLE")),
            ServiceName.API_GATEWAY,
                    Map.of(
                            Wanted.TURN, Set.of(GONE),
                            Wanted.ACTION, Set.of(GONE),
                            Wanted.SESSIONS, Set.of(GONE),
                            Wanted.VOICE, Set.of("UNAVAILABLE")),
            ServiceName.PIPECAT, Map.of(Wanted.VOICE, Set.of(GONE)),
            ServiceName.EVA_OS, Map.of(Wanted.TASK, Set.of(GONE), Wanted.ACTION, Set.of("UNAVAILABLE", "TIMEOUT"))));

    private final Distribution dist;
    private final Clock clock;
    private final Report report;
    private int asked;

    OutageDrill(Distribution dist, Clock clock, Report report) {
        this.dist = dist;
        this.clock = clock;
        this.report = report;
    }

    /** @param aways the services to take away, one after the other */
    void run(Path scratch, List<ServiceName> aways) throws IOException {
        report.hypothesis("with all services there everything that is wanted works");
        try (SupervisedHouse house = new SupervisedHouse(dist, scratch, clock, SETTINGS)) {
            if (!house.start(PATIENCE)) {
                report.fail("the house does not start");
                return;
            }
            all(house, Map.of(), "before the first outage");
            for (ServiceName away : aways) {
                outage(house, away);
                report.caseDone();
            }
        }
    }

    private void outage(SupervisedHouse house, ServiceName away) throws IOException {
        long pid = house.pid(away);
        boolean supervisor = away == ServiceName.EVA_OS;
        if (!supervisor) {
            maintenance(house, true);
        }
        // Without EVA-OS the others would end; where it stands still it is as good as away.
        house.signal(pid, supervisor ? Signal.STOP : Signal.KILL);
        boolean felt = house.await(PATIENCE, () -> supervisor ? Census.stopped(pid) : !Census.runs(pid));
        if (!felt || house.serves(away)) {
            report.fail(away + " could not be taken away");
        }
        report.count("services taken away");
        report.say(away + " is away");
        all(house, EXPECTED.getOrDefault(away, Map.of()), "without " + away);
        house.rest(TIME_TO_RESTART);
        if (!supervisor && house.pid(away) != 0) {
            report.fail(away + " was restarted during maintenance");
        }
        long back = clock.nanoTime();
        if (supervisor) {
            house.signal(pid, Signal.CONT);
        } else {
            maintenance(house, false);
        }
        if (!house.await(PATIENCE, house::allServe)) {
            report.fail(away + " is not back within " + PATIENCE);
            return;
        }
        report.took("recovery of " + away, clock.nanoTime() - back);
        all(house, Map.of(), "after the outage of " + away);
    }

    private void maintenance(SupervisedHouse house, boolean enabled) throws IOException {
        try (Line line = house.operator(ServiceName.EVA_OS)) {
            String body = Json.text(Map.of("enabled", enabled, "reason", "drill", "ttl_seconds", 600));
            Answer answer = line.send("POST", "/v1/supervision/maintenance-mode", null, body);
            if (!answer.good()) {
                report.fail("maintenance could not be changed: " + answer.body());
            }
        }
    }

    private void all(SupervisedHouse house, Map<Wanted, Set<String>> expected, String when) {
        for (Wanted wanted : Wanted.values()) {
            Set<String> codes = expected.getOrDefault(wanted, Set.of(WORKS));
            String met = ask(house, wanted);
            // A breaker that a former outage has opened closes when its time is over, not when we would like it to.
            if (!codes.contains(met) && !house.await(AGAIN, () -> codes.contains(ask(house, wanted)))) {
                report.fail(wanted.name() + " " + when + ": expected " + codes + ", met " + met);
            }
            report.count(met.equals(WORKS) ? "works" : "answered " + met);
        }
    }

    private String ask(SupervisedHouse house, Wanted wanted) {
        asked++;
        try (Line line = house.operator(wanted.service)) {
            line.patience(ANSWER);
            Answer answer = line.send(wanted.method, wanted.path, null, body(wanted));
            if (wanted == Wanted.VOICE && answer.good()) {
                line.send("POST", "/session/stop?session_id=" + answer.text("data", "session_id"), null, "{}");
            }
            return answer.code();
        } catch (IOException nobody) {
            return GONE;
        }
    }

    private @Nullable String body(Wanted wanted) {
        return switch (wanted) {
            case TURN -> Json.text(Map.of("input_text", "hello", "conversation_id", "outage"));
            case ACTION -> Json.text(Map.of("tool_name", "file.list", "args", Map.of("path", ".")));
            case TASK -> Json.text(Map.of("name", "outage " + asked));
            case MEMORY -> Json.text(Map.of("query", "outage", "user_id", "drill"));
            case VOICE -> "{}";
            case SESSIONS, ROUTE, TOOLS -> null;
        };
    }
}
