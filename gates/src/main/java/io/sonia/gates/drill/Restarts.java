package io.sonia.gates.drill;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.Threads;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** EVA-OS killed and started again, also while others ask it something; those wait here until it is back. */
final class Restarts {

    private final Laboratory laboratory;
    private final Clock clock;
    private final Report report;
    private final AtomicInteger begun = new AtomicInteger();
    private volatile CompletableFuture<Void> back = CompletableFuture.completedFuture(null);

    Restarts(Laboratory laboratory, Clock clock, Report report) {
        this.laboratory = laboratory;
        this.clock = clock;
        this.report = report;
    }

    /** How many there were, the one in progress among them. */
    int begun() {
        return begun.get();
    }

    /** Has EVA-OS killed after this time and started again; does not wait for it. */
    void begin(Duration delay) {
        CompletableFuture<Void> end = new CompletableFuture<>();
        back = end;
        begun.incrementAndGet();
        Threads.platform("restart", () -> {
            try {
                clock.sleep(delay);
                laboratory.kill(ServiceName.EVA_OS);
                laboratory.start(ServiceName.EVA_OS);
            } catch (Exception e) {
                report.fail("EVA-OS did not come back: " + e);
            } finally {
                end.complete(null);
            }
        });
    }

    /** Returns once EVA-OS is there again, or will never be. */
    void await() {
        back.join();
    }
}
