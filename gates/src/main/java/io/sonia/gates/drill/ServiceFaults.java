package io.sonia.gates.drill;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.process.Exit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** The same faults met by the real EVA-OS: at its start, under keyed requests, and at its stop. */
final class ServiceFaults {

    private static final ServiceName SERVICE = ServiceName.EVA_OS;
    private static final List<Fault.Kind> KINDS = List.of(Fault.Kind.values());
    private static final int CALLERS = 3;
    private static final int STEPS = 4;
    private static final int KILLED = 128 + 9;
    private static final int TERMINATED = 128 + 15;

    private final Strace strace;
    private final Laboratory laboratory;
    private final Path log;
    private final Report report;
    private final Ledger ledger = new Ledger();
    private final EffectCheck effects;
    private final List<Caller> callers = new ArrayList<>();

    ServiceFaults(Distribution dist, Strace strace, Path scratch, Clock clock, Report report) throws IOException {
        this.strace = strace;
        this.laboratory = new Laboratory(dist, scratch.resolve("home"), clock);
        this.log = scratch.resolve("service-calls");
        this.report = report;
        this.effects = new EffectCheck(laboratory.home(), scratch.resolve("outside"), ledger, report);
        for (int i = 0; i < CALLERS; i++) {
            callers.add(new Caller("caller" + i, i, Caller.Habit.GOVERNS, laboratory, ledger, report));
        }
    }

    void run(int cases, long seed) throws Exception {
        try (laboratory) {
            Map<String, Integer> calls = watch();
            List<String> names = List.copyOf(calls.keySet());
            for (int i = 0; i < cases; i++) {
                report.replaying("crash --syscalls --service --seed=" + (seed + i) + " --cases=1");
                Random random = new Random(seed + i);
                String call = names.get(random.nextInt(names.size()));
                Fault.Kind kind = KINDS.get(random.nextInt(KINDS.size()));
                run(new Fault(call, kind, 1 + random.nextInt(calls.getOrDefault(call, 1))));
            }
        } finally {
            callers.forEach(Caller::close);
        }
    }

    /** One life without any fault, to see how often it makes each call. */
    private Map<String, Integer> watch() throws Exception {
        laboratory.start(SERVICE);
        laboratory.stop(SERVICE);
        laboratory.launch(SERVICE, argv -> strace.watch(argv, store(), log));
        laboratory.awaitServing(SERVICE);
        work();
        laboratory.stop(SERVICE);
        return Strace.calls(log);
    }

    private Path store() {
        return laboratory.home().database(SERVICE);
    }

    private void run(Fault fault) throws Exception {
        Files.deleteIfExists(log);
        Files.deleteIfExists(laboratory.output(SERVICE));
        laboratory.launch(SERVICE, argv -> strace.inject(argv, store(), log, fault));
        boolean served = laboratory.servesOrEnds(SERVICE);
        if (served) {
            work();
        }
        Exit exit = laboratory.stop(SERVICE);
        if (!Files.exists(log)) {
            report.count("EVA-OS: the tracer did not begin");
        } else if ((exit == null || exit.code() != KILLED) && !Strace.met(log)) {
            report.count("EVA-OS: not met");
        } else {
            report.caseDone();
            judge("EVA-OS, " + fault, exit);
        }
        effects.check(SERVICE);
        callers.forEach(Caller::close);
        laboratory.start(SERVICE);
        for (Caller caller : callers) {
            if (!caller.settle()) {
                report.fail("EVA-OS, " + fault + ": never answered afterwards: " + ledger.open());
            }
        }
        laboratory.stop(SERVICE);
        effects.check(SERVICE);
        callers.forEach(Caller::close);
    }

    private void judge(String what, @Nullable Exit exit) throws IOException {
        String said = Files.exists(laboratory.output(SERVICE)) ? Files.readString(laboratory.output(SERVICE)) : "";
        int code = exit == null ? -1 : exit.code();
        if (said.contains("\tat ") || said.contains("Exception in thread")) {
            report.fail(what + " ended with a stack trace: " + said);
        } else if (code == Drills.STORAGE_FAILED) {
            report.count("EVA-OS: refused by name");
            if (said.isBlank()) {
                report.fail(what + " ended with " + code + " and did not say why");
            }
        } else if (code == 0 || code == TERMINATED) {
            report.count("EVA-OS: went on");
        } else if (code == KILLED) {
            report.count("EVA-OS: killed");
        } else {
            report.fail(what + " ended with " + code + " and said: " + said);
        }
    }

    private void work() throws IOException {
        for (int i = 0; i < STEPS; i++) {
            for (Caller caller : callers) {
                caller.step();
            }
        }
    }
}
