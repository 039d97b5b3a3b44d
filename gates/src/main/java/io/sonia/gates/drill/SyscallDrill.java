package io.sonia.gates.drill;

import io.sonia.gates.drill.SmallStore.Operation;
import io.sonia.kernel.Clock;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.process.Child;
import io.sonia.kernel.process.Command;
import io.sonia.kernel.process.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Makes each system call that an operation does on its store fail once, or kills the process there. */
final class SyscallDrill {

    private static final long HANG_SECONDS = 30;
    private static final int KILLED = 128 + 9;

    /** One operation with one fault. */
    private record Case(Operation operation, Fault fault) {}

    private final Distribution dist;
    private final Strace strace;
    private final Path scratch;
    private final Report report;
    private final Processes processes;
    private final Map<Operation, Path> templates = new EnumMap<>(Operation.class);

    SyscallDrill(Distribution dist, Strace strace, Path scratch, Report report) {
        this.dist = dist;
        this.strace = strace;
        this.scratch = scratch;
        this.report = report;
        this.processes = new Processes(Clock.system());
    }

    /** Runs every case there is, or a choice of {@code most} that the seed makes. */
    void run(int most, long seed) throws Exception {
        makeArchive();
        List<Case> cases = new ArrayList<>();
        for (Operation operation : Operation.values()) {
            cases.addAll(cases(operation));
        }
        report.say(cases.size() + " cases: each call of " + List.of(Operation.values()) + " with each fault");
        if (most < cases.size()) {
            Collections.shuffle(cases, new Random(seed));
        }
        for (Case each : cases.subList(0, Math.min(most, cases.size()))) {
            report.replaying("crash --syscalls --only=" + each.operation() + ","
                    + each.fault().call() + "," + each.fault().kind() + ","
                    + each.fault().nth());
            run(each);
        }
    }

    /** Runs one case: operation, call, fault and number, separated by commas. */
    void runOnly(String words) throws Exception {
        String[] parts = words.split(",", -1);
        if (parts.length != 4) {
            throw new IllegalArgumentException("expected <operation>,<call>,<fault>,<number>, met " + words);
        }
        Operation operation = Operation.valueOf(parts[0]);
        makeArchive();
        prepare(operation);
        report.replaying("crash --syscalls --only=" + words);
        run(new Case(operation, new Fault(parts[1], Fault.Kind.valueOf(parts[2]), Integer.parseInt(parts[3]))));
    }

    /** The classes of the process, ready to be mapped: half of its start is their loading. */
    private void makeArchive() throws Exception {
        prepare(Operation.SHUTDOWN);
        Path store = store(Operation.SHUTDOWN);
        spawn(dist.subject(store, Operation.SHUTDOWN.name(), "-XX:ArchiveClassesAtExit=" + archive()));
    }

    private Path archive() {
        return scratch.resolve("subject.jsa");
    }

    private List<String> subject(Path store, Operation operation) {
        return dist.subject(store, operation.name(), "-XX:SharedArchiveFile=" + archive());
    }

    private void prepare(Operation operation) {
        if (!templates.containsKey(operation)) {
            Path template = scratch.resolve("template-" + operation).resolve("sonia.db");
            SmallStore.prepare(template, operation);
            templates.put(operation, template);
        }
    }

    /** Looks once at what the operation does, and has each of it go wrong in each way. */
    private List<Case> cases(Operation operation) throws Exception {
        prepare(operation);
        Path store = store(operation);
        Path log = scratch.resolve("calls");
        int code = spawn(strace.watch(subject(store, operation), store, log));
        if (code != 0) {
            report.fail(operation + " ended with " + code + " without any fault: " + output());
        }
        if (operation.writes()) {
            synced(operation);
        }
        List<Case> cases = new ArrayList<>();
        Strace.calls(log).forEach((call, times) -> {
            for (int nth = 1; nth <= times; nth++) {
                for (Fault.Kind kind : Fault.Kind.values()) {
                    cases.add(new Case(operation, new Fault(call, kind, nth)));
                }
            }
        });
        return cases;
    }

    /** Before it is acknowledged, what was written is synced: the one thing that no kill of a process can show. */
    private void synced(Operation operation) throws Exception {
        Path store = store(operation);
        Path log = scratch.resolve("calls-with-sync");
        spawn(strace.listen(subject(store, operation), store, log, scratch.resolve("said")));
        Set<String> unsynced = Strace.unsynced(log, "acknowledged");
        report.count("acknowledgements after a sync");
        if (!unsynced.isEmpty()) {
            report.fail(operation + " was acknowledged before the sync of " + unsynced);
        }
    }

    private Path store(Operation operation) throws IOException {
        Path folder = scratch.resolve("case");
        Folders.delete(folder);
        Files.createDirectories(folder);
        Path template = templates.get(operation);
        return template == null ? folder.resolve("sonia.db") : Folders.copyStore(template, folder);
    }

    private void run(Case each) throws Exception {
        Path store = store(each.operation());
        Path log = scratch.resolve("calls");
        Files.deleteIfExists(log);
        int code = spawn(strace.inject(subject(store, each.operation()), store, log, each.fault()));
        String said = output();
        String what = each.operation() + ", " + each.fault();
        if (code != KILLED && !Strace.met(log)) {
            report.count("not met");
            return;
        }
        report.caseDone();
        report.count(each.operation() + " " + each.fault().kind());
        named(what, code, said);
        verified(what, each.operation(), store, said);
    }

    /** A process ends well, by the kill, or with the exit code of storage and a line that says why. */
    private void named(String what, int code, String said) {
        boolean refused = said.contains("refused ") || said.contains("fatal ");
        boolean traced = said.contains("\tat ") || said.contains("Exception in thread");
        if (traced || code < 0 || (code == Drills.STORAGE_FAILED && !refused)) {
            report.fail(what + " ended with " + (code < 0 ? "a hang" : code) + " and said: " + said);
        } else if (code != 0 && code != KILLED && code != Drills.STORAGE_FAILED) {
            report.fail(what + " ended with " + code + ", which is no exit code of storage, and said: " + said);
        } else if (code == 0) {
            report.count("ended well in spite of the fault");
        } else {
            report.count(code == KILLED ? "killed" : "refused by name");
        }
    }

    /** What was acknowledged is there; what was not is there as a whole or not at all, and can be asked for again. */
    private void verified(String what, Operation operation, Path store, String said) throws Exception {
        boolean acknowledged = said.contains("acknowledged");
        if (Files.exists(store)) {
            try (StoreReader reader = StoreReader.of(store, scratch.resolve("outside"))) {
                if (operation != Operation.CREATE) {
                    reader.problems().forEach(each -> report.fail(what + ": " + each));
                }
                if (operation.writes()) {
                    whole(what, operation, reader, acknowledged ? 1 : -1);
                }
            }
        } else if (acknowledged || operation != Operation.CREATE) {
            report.fail(what + ": the store is gone");
        }
        try (SmallStore again = SmallStore.open(store, reason -> report.fail(what + ": then " + reason))) {
            if (operation.writes() && !again.apply(operation).equals(SmallStore.REPLY)) {
                report.fail(what + ": the repeated request was answered otherwise");
            }
        } catch (SoniaException e) {
            report.fail(what + ": it does not open again: " + e.text());
            return;
        }
        try (StoreReader reader = StoreReader.of(store, scratch.resolve("outside"))) {
            reader.problems().forEach(each -> report.fail(what + ", afterwards: " + each));
            if (operation.writes()) {
                whole(what + ", repeated", operation, reader, 1);
            }
        }
    }

    /** @param expected how many effects there are to be; -1 if none and one are both right */
    private void whole(String what, Operation operation, StoreReader reader, long expected) throws SQLException {
        long answers = reader.number("SELECT count(*) FROM idempotency_keys WHERE idempotency_key = '" + SmallStore.KEY
                + "' AND CAST(body AS TEXT) = '" + SmallStore.REPLY + "'");
        long entries = reader.number("SELECT count(*) FROM audit_entries WHERE operation = 'drill." + operation + "'");
        long rows = reader.number(
                switch (operation) {
                    case APPROVE -> "SELECT count(*) FROM approvals WHERE state = 'approved'";
                    case CONSUME -> "SELECT count(*) FROM approvals WHERE state = 'consumed'";
                    case CREATE, START, APPEND, MIGRATION, SHUTDOWN ->
                        "SELECT count(*) FROM tasks WHERE task_id = 'tsk_new'";
                });
        if (answers != entries || entries != rows || (expected >= 0 && rows != expected)) {
            report.fail(what + ": " + rows + " effects, " + entries + " audit entries and " + answers
                    + " stored answers" + (expected < 0 ? "" : ", expected " + expected));
        }
    }

    private String output() throws IOException {
        Path file = scratch.resolve("said");
        return Files.exists(file) ? Files.readString(file) : "";
    }

    /** Runs a program to its end; its exit code, or -1 if it had to be ended. */
    private int spawn(List<String> argv) throws IOException, InterruptedException, ExecutionException {
        Path said = scratch.resolve("said");
        Files.deleteIfExists(said);
        Child child = processes.spawn(
                new Command(argv, Map.of("PATH", dist.searchPath(), "LC_ALL", "C.UTF-8"), scratch, said));
        try {
            return child.exit().get(HANG_SECONDS, TimeUnit.SECONDS).code();
        } catch (TimeoutException hung) {
            processes.end(child, Duration.ZERO);
            return -1;
        }
    }
}
