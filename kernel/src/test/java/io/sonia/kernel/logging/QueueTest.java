package io.sonia.kernel.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class QueueTest {

    /** A disk that does not answer until told to. */
    private static final class StuckFile extends AppenderBase<ILoggingEvent> {

        private final CountDownLatch free = new CountDownLatch(1);
        private final List<ILoggingEvent> written = new CopyOnWriteArrayList<>();

        @Override
        protected void append(ILoggingEvent event) {
            try {
                free.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            written.add(event);
        }
    }

    private static LoggingEvent event(Level level, String message) {
        LoggingEvent event = new LoggingEvent();
        event.setLevel(level);
        event.setMessage(message);
        event.setInstant(Instant.EPOCH);
        event.setMDCPropertyMap(Map.of());
        return event;
    }

    private static Queue before(StuckFile file) {
        LoggerContext context = new LoggerContext();
        file.setContext(context);
        file.start();
        Queue queue = new Queue(context, file);
        queue.start();
        return queue;
    }

    @Test
    void fullQueueDropsInfoButNeverWarningsAndTellsHowMany() throws InterruptedException {
        StuckFile file = new StuckFile();
        Queue queue = before(file);
        int many = 2 * Queue.SIZE;
        for (int i = 0; i < many; i++) {
            queue.doAppend(event(Level.INFO, "info"));
        }
        // The writer may have taken one full queue in hand before it met the disk, so two of them fit and not one more.
        int serious = 2 * Queue.SIZE + 1;
        Thread caller = Thread.ofVirtual().start(() -> {
            for (int i = 0; i < serious; i++) {
                queue.doAppend(event(Level.WARN, "warn"));
            }
        });
        while (queue.getRemainingCapacity() > 0 && caller.isAlive()) {
            Thread.onSpinWait();
        }
        assertThat(caller.isAlive()).as("warnings wait for room").isTrue();

        file.free.countDown();
        caller.join();
        while (queue.getNumberOfElementsInQueue() > 0) {
            Thread.onSpinWait();
        }
        queue.doAppend(event(Level.INFO, "last"));
        queue.stop();

        long infos =
                file.written.stream().filter(e -> e.getMessage().equals("info")).count();
        long warnings =
                file.written.stream().filter(e -> e.getMessage().equals("warn")).count();
        long told = file.written.stream()
                .filter(e -> e.getMessage().startsWith("Lines were dropped"))
                .map(e -> (Fields) e.getKeyValuePairs().getFirst())
                .mapToLong(fields -> (Long) fields.values().get("count"))
                .sum();
        assertThat(warnings).isEqualTo(serious);
        assertThat(infos).isLessThan(many);
        assertThat(told).isEqualTo(many - infos);
        assertThat(file.written.getLast().getMessage()).isEqualTo("last");
    }
}
