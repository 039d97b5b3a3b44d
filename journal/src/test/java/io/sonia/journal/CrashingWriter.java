package io.sonia.journal;

import io.sonia.kernel.Clock;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/** A process that commits until it is killed or its store fails, and says on standard output what was acknowledged. */
public final class CrashingWriter {

    static final int STORAGE_FAILED = 74;

    private static final int CALLERS = 16;

    private CrashingWriter() {}

    /** Arguments: the database, and a prefix that no earlier run had. */
    public static void main(String[] args) throws InterruptedException {
        Clock clock = Clock.system();
        JournalOptions options =
                JournalOptions.of(UnaryOperator.identity(), CrashingWriter::end).diskFloorBytes(0);
        Journal journal = SqliteJournal.open(
                Path.of(args[0]), ServiceName.EVA_OS, Samples.SCHEMA, clock, new Hlc(clock), options);
        AtomicLong next = new AtomicLong();
        Thread[] callers = new Thread[CALLERS];
        for (int i = 0; i < CALLERS; i++) {
            callers[i] = Thread.ofVirtual().start(() -> {
                while (true) {
                    String task = args[1] + "-" + next.incrementAndGet();
                    long seq = journal.commit(tx -> {
                        Samples.insert(task).run(tx);
                        return tx.audit(Samples.event("task.create").about("task", task))
                                .seq();
                    });
                    say("ack " + seq + " " + task);
                }
            });
        }
        for (Thread caller : callers) {
            caller.join();
        }
        // The callers may hear of a failed store before the process is told to end.
        new CountDownLatch(1).await(10, TimeUnit.SECONDS);
    }

    private static void end(String reason) {
        say("fatal " + reason);
        Runtime.getRuntime().halt(STORAGE_FAILED);
    }

    private static synchronized void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
