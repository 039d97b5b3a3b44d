package io.sonia.benchmarks;

import io.sonia.kernel.Sha256;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What the processor can hash of audit entries and nothing else: the probe beside verification. */
final class Digests {

    private static final int PER_THREAD = 300_000;

    /** What is hashed for an entry of the benchmark: its fields, then its detail. */
    private static final int HASHED_BYTES = 560;

    private static final int DETAIL_BYTES = 70;

    private Digests() {}

    /** Entries a second on so many threads. */
    static double perSecond(int threads) throws Exception {
        long start = System.nanoTime();
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                running.add(executor.submit(() -> digest(PER_THREAD)));
            }
            for (Future<?> each : running) {
                each.get();
            }
        }
        return threads * PER_THREAD * 1e9 / (System.nanoTime() - start);
    }

    /** Hashes as many entries. */
    static void digest(int entries) {
        MessageDigest digest = Sha256.newDigest();
        byte[] fields = new byte[HASHED_BYTES];
        byte[] detail = new byte[DETAIL_BYTES];
        for (int i = 0; i < entries; i++) {
            digest.update(fields);
            detail[0] = digest.digest()[0];
            fields[0] = digest.digest(detail)[0];
        }
    }
}
