package io.sonia.gates.drill;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.Threads;
import io.sonia.kernel.process.Child;
import io.sonia.kernel.process.Command;
import io.sonia.kernel.process.Processes;
import io.sonia.kernel.process.Signal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Kills, stops and ends random services and their supervisor, and looks whether each is back, once, with nothing of the
 * former one left. What the supervisor counts is {@link BudgetDrill}'s.
 */
final class FlapDrill {

    /** Short looks, so that one who stands still is noticed soon, and a budget that this drill cannot use up. */
    static final Map<String, Object> SETTINGS = Map.of(
            "eva_os",
            Map.ofEntries(
                    Map.entry("probe_interval_seconds", 1),
                    Map.entry("probe_timeout_seconds", 1),
                    Map.entry("unreachable_after", 2),
                    Map.entry("backoff_seconds", List.of(0)),
                    Map.entry("restarts", 100),
                    Map.entry("restart_window_seconds", 60),
                    Map.entry("sustained_restarts", 10_000)));

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration WATCH_EVERY = Duration.ofMillis(50);
    private static final Duration SETTLE = Duration.ofSeconds(5);
    private static final int MOST_PAUSE_MS = 400;
    private static final int SECOND_SUPERVISOR_EVERY = 25;

    /** What is done to a victim. */
    private enum Blow {
        KILL,
        TERM,
        /** Stands still for a moment, shorter than what counts as stuck. */
        PAUSE,
        /** Stands still for good, so that SIGTERM is not heard. */
        STOP,
        /** Killed when it has made a daemon, which has left its session. */
        DAEMON,
        /** EVA-OS itself; one of its children may stand still and not notice. */
        SUPERVISOR
    }

    private static final List<Blow> DRAWN = List.of(
            Blow.KILL, Blow.KILL, Blow.KILL, Blow.KILL, Blow.TERM, Blow.PAUSE, Blow.STOP, Blow.DAEMON, Blow.SUPERVISOR);

    private final Distribution dist;
    private final Clock clock;
    private final Report report;
    private final Random random;

    FlapDrill(Distribution dist, Clock clock, Report report, long seed) {
        this.dist = dist;
        this.clock = clock;
        this.report = report;
        this.random = new Random(seed);
    }

    void run(Path scratch, int kills) throws Exception {
        report.hypothesis("all services serve, each as one process whose parent is EVA-OS; no zombie, no stray");
        try (SupervisedHouse house = new SupervisedHouse(dist, scratch, clock, SETTINGS)) {
            if (!house.start(PATIENCE)) {
                report.fail("the house does not start");
                return;
            }
            AtomicBoolean over = new AtomicBoolean();
            Thread watch = Threads.platform("census", () -> watch(house, over));
            try {
                for (int i = 0; i < kills && report.failed() == 0; i++) {
                    // The first of each kind, then as drawn: a short run has them all.
                    Blow blow = i < Blow.values().length ? Blow.values()[i] : DRAWN.get(random.nextInt(DRAWN.size()));
                    strike(house, blow);
                    report.caseDone();
                    if (i % SECOND_SUPERVISOR_EVERY == 0) {
                        secondSupervisor(house);
                    }
                }
            } finally {
                over.set(true);
                watch.join();
            }
            house.stop();
            nothingIsLeft(house);
        }
    }

    private void strike(SupervisedHouse house, Blow blow) throws Exception {
        ServiceName victim = SupervisedHouse.CHILDREN.get(random.nextInt(SupervisedHouse.CHILDREN.size()));
        String what = name(blow) + " of " + victim;
        long began = clock.nanoTime();
        boolean back = switch (blow) {
            case KILL -> replaced(house, victim, Signal.KILL);
            case TERM -> replaced(house, victim, Signal.TERM);
            case STOP -> replaced(house, victim, Signal.STOP);
            case PAUSE -> paused(house, victim);
            case DAEMON -> daemon(house, victim);
            case SUPERVISOR -> supervisor(house, victim);
        };
        if (!back || !house.await(PATIENCE, house::allServe)) {
            report.fail(what + ": not back within " + PATIENCE);
            return;
        }
        report.took("back after " + name(blow), clock.nanoTime() - began);
        report.count(name(blow));
        settled(house, what);
    }

    private static String name(Blow blow) {
        return blow.name().toLowerCase(Locale.ROOT);
    }

    /** True once another process serves in its place. */
    private boolean replaced(SupervisedHouse house, ServiceName victim, Signal signal) {
        long former = house.pid(victim);
        if (former == 0 || !house.signal(former, signal)) {
            report.fail(victim + " has no process to be struck");
            return false;
        }
        // The proof that the blow was felt.
        boolean felt =
                house.await(PATIENCE, () -> signal == Signal.STOP ? Census.stopped(former) : !Census.runs(former));
        report.count(felt ? "blows felt" : "blows not felt");
        return felt
                && house.await(PATIENCE, () -> {
                    long now = house.pid(victim);
                    return now != 0 && now != former && !Census.runs(former) && house.serves(victim);
                });
    }

    private boolean paused(SupervisedHouse house, ServiceName victim) {
        long pid = house.pid(victim);
        boolean felt = house.signal(pid, Signal.STOP) && house.await(PATIENCE, () -> Census.stopped(pid));
        report.count(felt ? "blows felt" : "blows not felt");
        house.rest(Duration.ofMillis(1L + random.nextInt(MOST_PAUSE_MS)));
        return felt && house.signal(pid, Signal.CONT) && house.await(PATIENCE, () -> house.serves(victim));
    }

    private boolean daemon(SupervisedHouse house, ServiceName victim) throws IOException {
        String[] mark = house.census().mark(victim.wireName()).split("=", 2);
        Processes processes = new Processes(clock);
        Command sleeper = new Command(
                List.of("/bin/sleep", "600"),
                Map.of(mark[0], mark[1], "SONIA_HOME", house.home().root().toString()),
                house.home().root(),
                null);
        Child daemon = processes.spawn(sleeper);
        boolean back = replaced(house, victim, Signal.KILL);
        if (processes.alive(daemon.record())) {
            report.fail("a daemon of " + victim + " outlived it");
        }
        processes.end(daemon, Duration.ZERO);
        return back;
    }

    /** One in two times a child stands still and cannot notice that its parent is gone. */
    private boolean supervisor(SupervisedHouse house, ServiceName deaf) throws Exception {
        long still = random.nextBoolean() ? house.pid(deaf) : 0;
        if (still != 0) {
            house.signal(still, Signal.STOP);
            house.await(PATIENCE, () -> Census.stopped(still));
            report.count("children that do not notice");
        }
        house.killSupervisor();
        report.count("blows felt");
        boolean back = house.start(PATIENCE);
        return back && (still == 0 || !Census.runs(still));
    }

    /** A second EVA-OS of this home ends by itself and disturbs nobody. */
    private void secondSupervisor(SupervisedHouse house) throws IOException {
        List<Long> before = SupervisedHouse.CHILDREN.stream().map(house::pid).toList();
        Integer code = house.laboratory().secondSupervisor(PATIENCE);
        List<Long> after = SupervisedHouse.CHILDREN.stream().map(house::pid).toList();
        if (code == null || code == 0 || !before.equals(after) || !house.allServe()) {
            report.fail("a second EVA-OS ended with " + code + ", the services were " + before + " and are " + after);
        }
        report.count("second supervisors refused");
    }

    /** No child of somebody else than EVA-OS, no service twice and no zombie, soon after all serve. */
    private void settled(SupervisedHouse house, String what) {
        long parent = house.pid(ServiceName.EVA_OS);
        Set<Long> parents = new HashSet<>(Set.of(parent));
        SupervisedHouse.CHILDREN.forEach(each -> parents.add(house.pid(each)));
        boolean clean = house.await(
                SETTLE,
                () -> Census.zombies(parents).isEmpty()
                        && house.census().members().stream()
                                .filter(each -> each.leads() && !each.service().isEmpty())
                                .allMatch(each -> each.parent() == parent));
        if (!clean) {
            report.fail("after " + what + ": zombies " + Census.zombies(parents) + ", processes "
                    + house.census().members());
        }
    }

    private void watch(SupervisedHouse house, AtomicBoolean over) {
        while (!over.get()) {
            house.census().leaders().forEach((service, count) -> {
                // A daemon that this drill has made is a second leader until its service is killed.
                if (count > 2 || (count > 1 && javas(house, service) > 1)) {
                    report.fail(service + " runs " + count + " times");
                }
            });
            report.count("looks for a service that runs twice");
            house.rest(WATCH_EVERY);
        }
    }

    private static long javas(SupervisedHouse house, String service) {
        return house.census().members().stream()
                .filter(each -> each.leads() && each.service().equals(service))
                .filter(each -> ProcessHandle.of(each.pid())
                        .flatMap(process -> process.info().command())
                        .filter(command -> command.endsWith("java"))
                        .isPresent())
                .count();
    }

    private void nothingIsLeft(SupervisedHouse house) {
        if (!house.await(SETTLE, () -> house.census().members().isEmpty())) {
            report.fail("left behind: " + house.census().members());
        }
    }
}
