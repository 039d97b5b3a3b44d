package io.sonia.platform;

import io.sonia.journal.AuditChain;
import io.sonia.journal.AuditField;
import io.sonia.journal.AuditTree;
import io.sonia.journal.ReadOnlyJournal;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ServiceName;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A service of which nothing is asked says so in its chain, and has that signed. */
@Timeout(90)
class IdleChainIT {

    /** So that the service looks at the clock in between. */
    private static final int LOOKS_PER_LEAP = 40;

    /** A clock that can be put on. */
    private static final class LeapingClock implements Clock {

        private final Clock right = Clock.system();
        private final AtomicLong ahead = new AtomicLong();

        void leap(Duration duration) {
            ahead.addAndGet(duration.toNanos());
        }

        @Override
        public Instant now() {
            return right.now().plusMillis(ahead.get() / 1_000_000);
        }

        @Override
        public long nanoTime() {
            return right.nanoTime() + ahead.get();
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
            right.sleep(duration);
        }
    }

    @TempDir
    Path folder;

    @Test
    void silenceIsAttested() throws IOException {
        TestHome home = TestHome.install(
                folder,
                Map.of(
                        "audit", Map.of("checkpoint_interval_ms", 1_000, "heartbeat_seconds", 600),
                        "auth", Map.of("verifier_max_age_seconds", 86_400)));
        LeapingClock clock = new LeapingClock();
        Stack stack = AllInOneIT.start(home, clock, Main.SERVICES);
        try {
            AtomicInteger looks = new AtomicInteger();
            StackProcess.await(
                    Duration.ofSeconds(60),
                    () -> {
                        if (looks.getAndIncrement() % LOOKS_PER_LEAP == 0) {
                            clock.leap(Duration.ofMinutes(11));
                        }
                        return signedHeartbeats(home) > 0;
                    },
                    "a heartbeat is signed");
        } finally {
            stack.close();
        }
    }

    private static long signedHeartbeats(TestHome home) {
        try (ReadOnlyJournal journal = ReadOnlyJournal.ofFile(home.home().database(ServiceName.MEMORY_ENGINE))) {
            long signed = journal.tree().anchor().map(AuditTree.Anchor::size).orElse(0L);
            return journal.chain().entries(AuditChain.Filter.ALL, AuditChain.MAX_LISTED, null).entries().stream()
                    .filter(entry -> "audit.heartbeat".equals(entry.value(AuditField.OPERATION)))
                    .filter(entry -> entry.seq() <= signed)
                    .count();
        }
    }
}
