package io.sonia.benchmarks;

import io.sonia.journal.Journal;
import io.sonia.journal.JournalOptions;
import io.sonia.journal.Migration;
import io.sonia.journal.SqliteJournal;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;

/**
 * Measures durable commits, each with a row of state and an audit entry, beside a bare append and sync to the same disk.
 * Arguments: seconds per round (3), rounds (3), folder (the current one).
 */
public final class JournalLoad {

    private static final int CALLERS = 64;
    private static final int PROBE_BYTES = 4096;

    private static final List<Migration> SCHEMA = List.of(new Migration(
            1,
            "tasks",
            "CREATE TABLE tasks (task_id TEXT PRIMARY KEY, status TEXT NOT NULL, version INTEGER NOT NULL) STRICT;",
            "DROP TABLE tasks;"));

    private final Clock clock = Clock.system();
    private final Ids ids = new Ids(new SecureRandom());
    private final long nanos;
    private final Path folder;

    private JournalLoad(long nanos, Path folder) {
        this.nanos = nanos;
        this.folder = folder;
    }

    /** Bare appends and syncs a second to a file in this folder. */
    static double probe(Path folder, int seconds) throws IOException {
        return new JournalLoad(seconds * 1_000_000_000L, folder).probe();
    }

    public static void main(String[] args) throws Exception {
        long seconds = args.length > 0 ? Long.parseLong(args[0]) : 3;
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 3;
        Path folder = Files.createTempDirectory(Path.of(args.length > 2 ? args[2] : "."), "journal-load");
        JournalLoad load = new JournalLoad(seconds * 1_000_000_000L, folder);
        try (Journal journal = load.open()) {
            load.run(journal, rounds);
        } finally {
            load.clean();
        }
    }

    private void run(Journal journal, int rounds) throws Exception {
        commits(journal, CALLERS); // warms up
        System.out.printf(
                "%-7s %10s %10s %10s %10s %10s%n", "journal", "probe/s", "1/s", "64/s", "1 : probe", "64 : 1");
        List<Double> toProbe = new ArrayList<>();
        List<Double> toOne = new ArrayList<>();
        for (int round = 1; round <= rounds; round++) {
            double probe = probe();
            double one = commits(journal, 1);
            double many = commits(journal, CALLERS);
            toProbe.add(one / probe);
            toOne.add(many / one);
            System.out.printf(
                    "round %d %10.0f %10.0f %10.0f %10.2f %10.1f%n", round, probe, one, many, one / probe, many / one);
        }
        System.out.printf(
                "%-7s %10s %10s %10s %10.2f %10.1f   goals: 0.5 and 10%n",
                "median", "", "", "", median(toProbe), median(toOne));
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private Journal open() {
        return SqliteJournal.open(
                folder.resolve("sonia.db"),
                ServiceName.EVA_OS,
                SCHEMA,
                clock,
                new Hlc(clock),
                JournalOptions.of(UnaryOperator.identity(), System.err::println));
    }

    private double probe() throws IOException {
        Path file = folder.resolve("probe");
        long count = 0;
        long start = clock.nanoTime();
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer block = ByteBuffer.allocateDirect(PROBE_BYTES);
            while (clock.nanoTime() - start < nanos) {
                block.clear();
                channel.write(block);
                channel.force(false);
                count++;
            }
        }
        return perSecond(count, start);
    }

    private double commits(Journal journal, int callers) throws Exception {
        long start = clock.nanoTime();
        long[] counts = new long[callers];
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                int caller = i;
                running.add(executor.submit(() -> {
                    while (clock.nanoTime() - start < nanos) {
                        commit(journal);
                        counts[caller]++;
                    }
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        }
        return perSecond(Arrays.stream(counts).sum(), start);
    }

    private void commit(Journal journal) {
        String task = ids.next("tsk_");
        AuditEvent.Origin origin = new AuditEvent.Origin(
                "usr_2f6a1d3b9c0e4f5a6b7c8d9e", "operator", "person", null, null, ids.next("req_"), ids.hex(16), null);
        AuditEvent event = AuditEvent.of("task.create", origin)
                .about("task", task)
                .took(1.25)
                .detail(Map.of("status", "queued", "kind", "build", "title", "Measure how fast this journal is"));
        journal.commit(tx -> {
            tx.sql().update("INSERT INTO tasks (task_id, status, version) VALUES (?, ?, ?)", task, "queued", 1);
            return tx.audit(event);
        });
    }

    private double perSecond(long count, long start) {
        return count * 1e9 / (clock.nanoTime() - start);
    }

    private void clean() throws IOException {
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
