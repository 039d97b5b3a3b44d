package io.sonia.gates.drill;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.process.Signal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Kills one service again and again, and its supervisor between: no life of the supervisor gives a fresh budget. */
final class BudgetDrill {

    private static final int RESTARTS = 2;
    private static final ServiceName VICTIM = ServiceName.MODEL_ROUTER;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** What a user is promised after a kill -9. */
    private static final Duration GOAL = Duration.ofSeconds(3);

    /** The first wait is the product's own, the others are short; the window is longer than this can take. */
    private static final Map<String, Object> SETTINGS = Map.of(
            "eva_os", Map.of("backoff_seconds", List.of(2, 0), "restarts", RESTARTS, "restart_window_seconds", 86_400));

    private final Distribution dist;
    private final Clock clock;
    private final Report report;

    BudgetDrill(Distribution dist, Clock clock, Report report) {
        this.dist = dist;
        this.clock = clock;
        this.report = report;
    }

    void run(Path scratch) throws Exception {
        report.hypothesis("all services serve and the victim has its budget of " + RESTARTS + " restarts");
        try (SupervisedHouse house = new SupervisedHouse(dist, scratch, clock, SETTINGS)) {
            if (!house.start(PATIENCE)) {
                report.fail("the house does not start");
                return;
            }
            for (int used = 1; used <= RESTARTS && report.failed() == 0; used++) {
                kill(house, used);
                house.killSupervisor();
                report.count("kills of the supervisor");
                if (!house.start(PATIENCE)) {
                    report.fail("the house does not come back with " + used + " restarts used");
                }
                budget(house, used, false);
                report.caseDone();
            }
            if (report.failed() == 0) {
                spent(house);
            }
        }
    }

    private void kill(SupervisedHouse house, int used) {
        long former = house.pid(VICTIM);
        long began = clock.nanoTime();
        house.signal(former, Signal.KILL);
        boolean back = house.await(PATIENCE, () -> house.pid(VICTIM) != former && house.serves(VICTIM));
        long took = clock.nanoTime() - began;
        report.count("kills of the service");
        if (!back) {
            report.fail(VICTIM + " is not back after kill " + used);
        } else if (used == 1) {
            report.took("serving after kill -9, product's own wait of 2 s", took);
            report.count(took <= GOAL.toNanos() ? "goal of 3 s reached" : "goal of 3 s missed");
        }
    }

    /** With nothing left it is given up at the next kill, and stays so. */
    private void spent(SupervisedHouse house) throws IOException {
        house.signal(house.pid(VICTIM), Signal.KILL);
        report.count("kills of the service");
        if (!house.await(PATIENCE, () -> exhausted(house))) {
            report.fail(VICTIM + " was restarted more than " + RESTARTS + " times");
        }
        budget(house, RESTARTS, true);
        try (Line line = house.operator(ServiceName.EVA_OS)) {
            Answer restarts =
                    line.send("GET", "/v1/audit/entries?operation=supervision.service.restarting&limit=50", null, null);
            long counted = restarts.number("data", "total");
            report.add("restarts on record", counted);
            if (counted != RESTARTS) {
                report.fail(RESTARTS + " restarts were allowed, on record are " + restarts.body());
            }
        }
        report.caseDone();
    }

    private boolean exhausted(SupervisedHouse house) {
        try (Line line = house.operator(ServiceName.EVA_OS)) {
            Answer all = line.send("GET", "/v1/supervision/services", null, null);
            return "exhausted".equals(service(all, "services", "name").get("state"));
        } catch (IOException notNow) {
            return false;
        }
    }

    private void budget(SupervisedHouse house, int used, boolean exhausted) throws IOException {
        try (Line line = house.operator(ServiceName.EVA_OS)) {
            Map<?, ?> budget =
                    service(line.send("GET", "/v1/supervision/budgets", null, null), "budgets", "service_name");
            if (!Long.valueOf(used).equals(budget.get("attempt_count"))
                    || !Boolean.valueOf(exhausted).equals(budget.get("exhausted"))) {
                report.fail(used + " restarts were used and the budget is " + budget);
            }
        }
    }

    private static Map<?, ?> service(Answer answer, String list, String name) {
        if (answer.at("data", list) instanceof List<?> all) {
            for (Object each : all) {
                if (each instanceof Map<?, ?> map && VICTIM.wireName().equals(map.get(name))) {
                    return map;
                }
            }
        }
        throw new IllegalStateException("expected " + VICTIM + " among " + list + ", met " + answer.body());
    }
}
