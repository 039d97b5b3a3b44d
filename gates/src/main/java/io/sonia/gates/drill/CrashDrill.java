package io.sonia.gates.drill;

import io.sonia.gates.drill.Wish.Kind;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.Threads;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Kills a random service, or all of them, at a random moment under load, and starts it again. A few homes live at the
 * same time, each through several kills; the seed of one makes its requests, victims and moments again, as far as the
 * machine's own timing allows.
 */
final class CrashDrill {

    /** Kills in one home: its database stays small enough to be read from end to end after each of them. */
    static final int KILLS_PER_HOME = 25;

    /** More than processors, because a life waits for disks, starts and answers half of its time. */
    private static final int HOMES_AT_ONCE = 3;

    private static final List<ServiceName> SERVICES =
            List.of(ServiceName.EVA_OS, ServiceName.MEMORY_ENGINE, ServiceName.OPENCLAW, ServiceName.API_GATEWAY);
    private static final int CALLERS = 6;
    private static final int ACTING_CALLERS = 2;
    private static final int MOST_ACKNOWLEDGEMENTS = 40;
    private static final int MOST_NANOS = 3_000_000;
    private static final int REPEATED = 5;
    private static final Duration LOAD = Duration.ofSeconds(20);
    private static final Duration SETTLE = Duration.ofSeconds(40);
    private static final Duration PAUSE = Duration.ofMillis(10);

    private final Distribution dist;
    private final Clock clock;
    private final Report report;

    CrashDrill(Distribution dist, Clock clock, Report report) {
        this.dist = dist;
        this.clock = clock;
        this.report = report;
    }

    void run(Path scratch, int kills, long seed) throws InterruptedException {
        int homes = Math.ceilDiv(kills, KILLS_PER_HOME);
        AtomicInteger next = new AtomicInteger();
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < Math.min(homes, HOMES_AT_ONCE); i++) {
            workers.add(Threads.platform("homes", () -> {
                for (int home = next.getAndIncrement(); home < homes; home = next.getAndIncrement()) {
                    live(scratch, seed + home, Math.min(KILLS_PER_HOME, kills - home * KILLS_PER_HOME));
                }
            }));
        }
        for (Thread worker : workers) {
            worker.join();
        }
    }

    private void live(Path scratch, long seed, int kills) {
        Report own = report.part("crash --seed=" + seed + " --cases=" + kills);
        Path folder = scratch.resolve("home" + seed);
        try {
            new Life(folder, seed, own).live(kills);
            Folders.delete(folder);
        } catch (Exception e) {
            own.fail("home" + seed + " broke off: " + e);
        }
        report.take(own);
        report.say("%d kills, %d failed, %.2f kills/s"
                .formatted(report.cases(), report.failed(), report.cases() / report.seconds()));
    }

    /** One home from its installation to its end. */
    private final class Life {

        /** Draws the same for the same seed. */
        private final Random random;

        /** Draws among what there happens to be. */
        private final Random looks;

        private final Report report;
        private final Laboratory laboratory;
        private final Ledger ledger = new Ledger();
        private final List<Caller> callers = new ArrayList<>();
        private final List<String> actors = new ArrayList<>();
        private final EffectCheck effects;

        Life(Path folder, long seed, Report report) throws IOException {
            this.report = report;
            this.random = new Random(seed);
            this.looks = new Random(seed);
            this.laboratory = new Laboratory(dist, folder, clock);
            this.effects = new EffectCheck(laboratory.home(), folder.resolve("outside"), ledger, report);
            for (int i = 0; i < CALLERS + ACTING_CALLERS; i++) {
                boolean acts = i >= CALLERS;
                String name = (acts ? "actor" : "caller") + i;
                callers.add(new Caller(
                        name,
                        random.nextLong(),
                        acts ? Caller.Habit.WRITES : Caller.Habit.REMEMBERS,
                        laboratory,
                        ledger,
                        report));
                if (acts) {
                    actors.add(name);
                }
            }
        }

        void live(int kills) throws Exception {
            try (laboratory) {
                startAll();
                for (int i = 0; i < kills; i++) {
                    kill();
                    report.caseDone();
                }
                end();
            } finally {
                callers.forEach(Caller::close);
            }
        }

        private void startAll() throws IOException {
            laboratory.start(ServiceName.EVA_OS);
            for (ServiceName service : SERVICES.subList(1, SERVICES.size())) {
                laboratory.launch(service);
            }
            for (ServiceName service : SERVICES.subList(1, SERVICES.size())) {
                laboratory.awaitServing(service);
            }
        }

        private void kill() throws Exception {
            int draw = random.nextInt(100);
            int victim = draw < 45 ? 0 : draw < 70 ? 1 : draw < 80 ? 2 : draw < 92 ? 3 : -1;
            int target = ledger.acknowledgements() + 1 + random.nextInt(MOST_ACKNOWLEDGEMENTS);
            load(target, random.nextInt(MOST_NANOS), victim);
            List<Wish> open = ledger.open();
            report.add("in flight at a kill", open.size());
            if (victim < 0) {
                report.count("kills of all");
                for (ServiceName service : SERVICES) {
                    effects.check(service);
                }
                startAll();
            } else {
                ServiceName service = SERVICES.get(victim);
                report.count("kills of " + service);
                effects.check(service);
                laboratory.start(service);
            }
            callers.forEach(Caller::close); // their connections lead to the dead
            settle();
            repeat(open);
            look();
        }

        /** Has the callers ask until so many answers came, and kills a moment later. */
        private void load(int target, int nanos, int victim) throws Exception {
            AtomicBoolean stop = new AtomicBoolean();
            List<Thread> threads = callers.stream()
                    .map(caller -> Threads.virtual("caller", () -> ask(caller, stop)))
                    .toList();
            long end = clock.nanoTime() + LOAD.toNanos();
            while (ledger.acknowledgements() < target && clock.nanoTime() < end) {
                LockSupport.parkNanos(20_000);
            }
            if (ledger.acknowledgements() < target) {
                report.fail("the stack did not answer " + target + " requests in " + LOAD);
            }
            long moment = clock.nanoTime() + nanos;
            while (clock.nanoTime() < moment) {
                Thread.onSpinWait();
            }
            if (victim < 0) {
                laboratory.killAll();
            } else {
                laboratory.kill(SERVICES.get(victim));
            }
            stop.set(true);
            for (Thread thread : threads) {
                thread.join();
            }
        }

        private void ask(Caller caller, AtomicBoolean stop) {
            while (!stop.get()) {
                int before = ledger.acknowledgements();
                step(caller);
                if (ledger.acknowledgements() == before) {
                    // Whoever asks the dead for something must not keep the living from being started.
                    LockSupport.parkNanos(1_000_000);
                }
            }
        }

        private void step(Caller caller) {
            try {
                caller.step();
            } catch (IOException e) {
                report.fail("a caller could not go on: " + e);
            }
        }

        /** Every request gets a lasting answer now, under its first key. */
        private void settle() throws Exception {
            long end = clock.nanoTime() + SETTLE.toNanos();
            boolean settled = false;
            while (!settled && clock.nanoTime() < end) {
                settled = true;
                for (Caller caller : callers) {
                    settled &= caller.settle();
                }
                if (!settled) {
                    clock.sleep(PAUSE);
                }
            }
            if (!settled) {
                report.fail("never answered: " + ledger.open());
            }
        }

        /** What was in flight, and some of what was answered long ago, is asked for once more. */
        private void repeat(List<Wish> open) throws IOException {
            List<Wish> answered =
                    ledger.all().stream().filter(each -> each.answer() != null).toList();
            Set<Wish> again = new LinkedHashSet<>(open);
            for (int i = 0; i < REPEATED; i++) {
                again.add(answered.get(looks.nextInt(answered.size())));
            }
            for (Wish wish : again) {
                Answer first = wish.answer();
                if (first != null && wish.kind() != Kind.PERMIT) {
                    Answer second = callers.getFirst().send(wish);
                    report.count("repeated");
                    if (second.status() != first.status() || !second.data().equals(first.data())) {
                        report.fail(wish + " was answered " + first.body() + " and, repeated, " + second.body());
                    }
                }
            }
        }

        /** The tasks of one caller, as the service tells them. */
        private void look() throws IOException {
            Caller caller = callers.get(looks.nextInt(CALLERS));
            for (Map.Entry<String, Long> each : caller.versions().entrySet()) {
                Answer answer = caller.get(ServiceName.EVA_OS, "/tasks/" + each.getKey());
                if (answer.number("data", "task", "version") != each.getValue()) {
                    report.fail(each.getKey() + " was acknowledged with version " + each.getValue() + " and is "
                            + answer.body());
                }
                report.count("tasks looked at");
            }
        }

        private void end() throws Exception {
            for (ServiceName service : SERVICES.reversed()) {
                laboratory.stop(service);
            }
            for (ServiceName service : SERVICES) {
                effects.check(service);
            }
            for (int i = 0; i < ACTING_CALLERS; i++) {
                effects.file(actors.get(i), callers.get(CALLERS + i).written());
            }
        }
    }
}
