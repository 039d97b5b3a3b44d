package io.sonia.gates.drill;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.process.Exit;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Starts and stops a whole house again and again: each start serves, each stop leaves nothing, nothing is forgotten. */
final class StartupDrill {

    private static final int LOOKS = 6;
    private static final int TERM = 15;
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);
    private static final Duration SETTLE = Duration.ofSeconds(5);

    private final Distribution dist;
    private final Clock clock;
    private final Report report;

    StartupDrill(Distribution dist, Clock clock, Report report) {
        this.dist = dist;
        this.clock = clock;
        this.report = report;
    }

    void run(Path scratch, int cycles) throws IOException {
        report.hypothesis("every look at every service is good, and every task ever made is there");
        try (SupervisedHouse house = new SupervisedHouse(dist, scratch, clock, Map.of())) {
            for (int i = 1; i <= cycles && report.failed() == 0; i++) {
                cycle(house, i);
                report.caseDone();
                report.say("%d of %d cycles, %d of %d looks good"
                        .formatted(i, cycles, report.counted("good looks"), report.counted("looks")));
            }
        }
    }

    private void cycle(SupervisedHouse house, int cycle) throws IOException {
        long began = clock.nanoTime();
        if (!house.start(PATIENCE)) {
            report.fail("cycle " + cycle + ": not all services serve");
            return;
        }
        report.took("start to all serving", clock.nanoTime() - began);
        Set<Long> pids = new HashSet<>();
        for (ServiceName service : ServiceName.values()) {
            pids.add(house.pid(service));
        }
        for (int i = 0; i < LOOKS; i++) {
            for (ServiceName service : ServiceName.values()) {
                report.count("looks");
                if (house.serves(service)) {
                    report.count("good looks");
                } else {
                    report.fail("cycle " + cycle + ": " + service + " does not serve");
                }
            }
            house.rest(BETWEEN_LOOKS);
        }
        remember(house, cycle);
        long ending = clock.nanoTime();
        Exit exit = house.stop();
        report.took("stop to nothing left", clock.nanoTime() - ending);
        if (exit == null || (exit.signal().isPresent() && exit.signal().getAsInt() != TERM)) {
            report.fail("cycle " + cycle + ": EVA-OS ended with " + exit);
        }
        // Stopped is what was proven to be: no process, and nobody who listens.
        boolean gone = house.await(
                SETTLE,
                () -> pids.stream().noneMatch(Census::runs)
                        && house.census().members().isEmpty());
        report.count("stops");
        if (!gone) {
            report.fail("cycle " + cycle + ": left behind " + house.census().members());
        }
        for (ServiceName service : ServiceName.values()) {
            if (house.serves(service)) {
                report.fail("cycle " + cycle + ": somebody serves as " + service + " after its end");
            }
        }
    }

    /** Makes a task in each cycle and counts those of all. */
    private void remember(SupervisedHouse house, int cycle) throws IOException {
        try (Line line = house.operator(ServiceName.EVA_OS)) {
            String body = Json.text(Map.of("name", "cycle " + cycle));
            Answer made = line.send("POST", "/tasks", "cycle-" + cycle, body);
            Answer all = line.send("GET", "/tasks?limit=1", null, null);
            if (!made.good() || all.number("data", "total") != cycle) {
                report.fail("cycle " + cycle + ": tasks are " + all.body());
            }
            report.count("tasks found again");
        }
    }
}
