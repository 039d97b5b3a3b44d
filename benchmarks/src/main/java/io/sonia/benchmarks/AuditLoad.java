package io.sonia.benchmarks;

import io.sonia.journal.AuditChain;
import io.sonia.journal.AuditTree;
import io.sonia.journal.Journal;
import io.sonia.journal.JournalOptions;
import io.sonia.journal.SqliteJournal;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.Sha256;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;

/** Measures the audit log in process: durable appends beside a bare append and sync, verification, and proofs. */
final class AuditLoad implements AutoCloseable {

    private static final int CALLERS = 64;
    private static final int ROUNDS = 3;
    private static final int BATCH = 1_000;
    private static final long ENTRIES = 1_000_000;
    private static final int DIGESTS = 200_000;

    private final Clock clock = Clock.system();
    private final Ids ids = new Ids(new SecureRandom());
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final Path folder;
    private final int seconds;
    private final Journal journal;

    AuditLoad(Path folder, int seconds) {
        this.folder = folder;
        this.seconds = seconds;
        this.journal = SqliteJournal.open(
                folder.resolve("audit/sonia.db"),
                ServiceName.EVA_OS,
                List.of(),
                clock,
                new Hlc(clock),
                JournalOptions.of(UnaryOperator.identity(), System.err::println));
    }

    /** Durable entries a second and how long the slowest hundredth of them took at least. */
    private record Rate(double perSecond, double p99Millis) {}

    void run() throws Exception {
        appends(CALLERS); // warms up
        for (int round = 1; round <= ROUNDS; round++) {
            double probe = JournalLoad.probe(folder, seconds);
            Rate one = appends(1);
            long writerBefore = writerNanos();
            Rate many = appends(CALLERS);
            double writer = (writerNanos() - writerBefore) / 1e9;
            Bench.row(
                    "audit entries, round " + round,
                    "probe %.0f/s, 1 caller %.0f/s, 64 %.0f/s".formatted(probe, one.perSecond(), many.perSecond()),
                    "");
            Bench.row(
                    "  1 : probe, 64 : 1, 64 : probe",
                    "%.2f, %.1f, %.1f"
                            .formatted(
                                    one.perSecond() / probe,
                                    many.perSecond() / one.perSecond(),
                                    many.perSecond() / probe),
                    "0.55, 10, 12.5");
            Bench.row("  p99 of 64", "%.1f ms".formatted(many.p99Millis()), "10 ms");
            Bench.row(
                    "  hashing, of the writer's processor time",
                    "%.0f %%".formatted(100 * many.perSecond() * seconds * digestSeconds() / writer),
                    "10 %");
        }
        fill();
        verification();
        proof();
    }

    private Rate appends(int callers) throws Exception {
        long start = clock.nanoTime();
        long nanos = seconds * 1_000_000_000L;
        List<Future<LongStream.Builder>> running = new ArrayList<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < callers; i++) {
                running.add(executor.submit(() -> {
                    LongStream.Builder took = LongStream.builder();
                    for (long now = clock.nanoTime(); now - start < nanos; now = clock.nanoTime()) {
                        journal.append(event());
                        took.add(clock.nanoTime() - now);
                    }
                    return took;
                }));
            }
        }
        double elapsed = (clock.nanoTime() - start) / 1e9;
        long[] all = new long[0];
        for (Future<LongStream.Builder> each : running) {
            all = LongStream.concat(Arrays.stream(all), each.get().build()).toArray();
        }
        Arrays.sort(all);
        return new Rate(all.length / elapsed, all[all.length * 99 / 100] / 1e6);
    }

    private AuditEvent event() {
        AuditEvent.Origin origin = new AuditEvent.Origin(
                "usr_2f6a1d3b9c0e4f5a6b7c8d9e", "operator", "person", null, null, ids.next("req_"), ids.hex(16), null);
        return AuditEvent.of("task.create", origin)
                .about("task", ids.next("tsk_"))
                .took(1.25)
                .detail(Map.of("status", "queued", "kind", "build", "title", "Measure how fast this journal is"));
    }

    private long writerNanos() {
        for (ThreadInfo each : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (each != null && each.getThreadName().startsWith("journal ")) {
                return threads.getThreadCpuTime(each.getThreadId());
            }
        }
        throw new IllegalStateException("the journal's writer is no platform thread of that name");
    }

    /** What SHA-256 takes for one entry. */
    private double digestSeconds() {
        long start = threads.getCurrentThreadCpuTime();
        Digests.digest(DIGESTS);
        return (threads.getCurrentThreadCpuTime() - start) / 1e9 / DIGESTS;
    }

    private void fill() {
        while (journal.chain().head().size() < ENTRIES) {
            journal.commit(tx -> {
                for (int i = 0; i < BATCH; i++) {
                    tx.audit(event());
                }
                return BATCH;
            });
        }
    }

    private void verification() throws Exception {
        for (int round = 1; round <= ROUNDS; round++) {
            double probe = Digests.perSecond(Runtime.getRuntime().availableProcessors());
            Duration before = processorTime();
            long start = clock.nanoTime();
            AuditChain.Verification found = journal.chain().verify(null, null);
            double rate = found.checkedEntries() * 1e9 / (clock.nanoTime() - start);
            double each =
                    found.checkedEntries() * 1e9 / processorTime().minus(before).toNanos();
            if (!found.valid()) {
                throw new IllegalStateException("the chain does not verify: " + found);
            }
            Bench.row(
                    "verification of " + found.checkedEntries() + " entries, round " + round,
                    "%.0f/s, %.2f of the digests, %.0f in a processor's second".formatted(rate, rate / probe, each),
                    "500000/s");
        }
    }

    private static Duration processorTime() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    private void proof() {
        journal.tree().integrate();
        long size = journal.chain().head().size();
        AuditTree.Inclusion proof = journal.tree().inclusion(size / 3, size);
        long start = clock.nanoTime();
        boolean holds = holds(proof);
        double millis = (clock.nanoTime() - start) / 1e6;
        if (!holds) {
            throw new IllegalStateException("the proof does not lead to the root");
        }
        int characters = proof.path().stream().mapToInt(String::length).sum();
        Bench.row(
                "inclusion proof among " + size + " entries",
                "%d hashes, %d bytes in hex, verified in %.2f ms"
                        .formatted(proof.path().size(), characters, millis),
                "20 hashes, 1500 bytes, 5 ms");
    }

    /** As somebody else would check it (RFC 9162, section 2.1.3.2). */
    private static boolean holds(AuditTree.Inclusion proof) {
        HexFormat hex = HexFormat.of();
        byte[] hash = Sha256.digest(joined(0, hex.parseHex(proof.entryHash()), new byte[0]));
        long fn = proof.seq() - 1;
        long sn = proof.size() - 1;
        for (String each : proof.path()) {
            byte[] beside = hex.parseHex(each);
            if ((fn & 1) == 1 || fn == sn) {
                hash = Sha256.digest(joined(1, beside, hash));
                while ((fn & 1) == 0 && fn != 0) {
                    fn >>= 1;
                    sn >>= 1;
                }
            } else {
                hash = Sha256.digest(joined(1, hash, beside));
            }
            fn >>= 1;
            sn >>= 1;
        }
        return sn == 0 && hex.formatHex(hash).equals(proof.root());
    }

    private static byte[] joined(int first, byte[] left, byte[] right) {
        byte[] all = new byte[1 + left.length + right.length];
        all[0] = (byte) first;
        System.arraycopy(left, 0, all, 1, left.length);
        System.arraycopy(right, 0, all, 1 + left.length, right.length);
        return all;
    }

    @Override
    public void close() {
        journal.close();
    }
}
