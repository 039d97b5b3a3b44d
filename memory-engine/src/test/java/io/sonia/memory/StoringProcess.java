package io.sonia.memory;

import io.sonia.contracts.memory.StoreRequest;
import io.sonia.kernel.Clock;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A process that stores memories until it is killed and prints the id and the word of each that was acknowledged. */
final class StoringProcess {

    private static final int CALLERS = 8;

    private StoringProcess() {}

    /** Takes the database and a letter that begins this life's words. */
    public static void main(String[] args) throws Exception {
        MemoryFixture fixture = new MemoryFixture(Path.of(args[0]), Clock.system());
        try (ExecutorService pool = Executors.newFixedThreadPool(CALLERS)) {
            for (int caller = 0; caller < CALLERS; caller++) {
                String prefix = args[1] + (char) ('a' + caller);
                pool.execute(() -> storeForEver(fixture, prefix));
            }
        }
    }

    private static void storeForEver(MemoryFixture fixture, String prefix) {
        for (int i = 0; ; i++) {
            String word = prefix + i;
            String id = fixture.store(StoreRequest.of("fact", "the word is " + word, "usr_1"))
                    .id();
            synchronized (System.out) {
                System.out.println(id + " " + word);
            }
        }
    }
}
