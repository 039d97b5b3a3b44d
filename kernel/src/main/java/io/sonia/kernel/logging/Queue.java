package io.sonia.kernel.logging;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.Context;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A bounded queue before a file. When it is nearly full, lines below WARN are dropped and counted; the count is written
 * as a line once there is room. WARN and above wait for room.
 */
final class Queue extends AsyncAppender {

    static final int SIZE = 4096;

    private static final int LONGEST_FLUSH_MS = 3000;

    private final AtomicLong dropped = new AtomicLong();

    Queue(Context context, Appender<ILoggingEvent> file) {
        setContext(context);
        addAppender(file);
        setQueueSize(SIZE);
        setMaxFlushTime(LONGEST_FLUSH_MS);
    }

    @Override
    protected boolean isDiscardable(ILoggingEvent event) {
        boolean discardable = super.isDiscardable(event);
        if (discardable) {
            dropped.incrementAndGet();
        }
        return discardable;
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (dropped.get() > 0 && !isQueueBelowDiscardingThreshold()) {
            long count = dropped.getAndSet(0);
            if (count > 0) {
                super.append(gap(count, event));
            }
        }
        super.append(event);
    }

    private static LoggingEvent gap(long count, ILoggingEvent next) {
        LoggingEvent gap = new LoggingEvent();
        gap.setLevel(Level.WARN);
        gap.setMessage("Lines were dropped because the disk was too slow");
        gap.setInstant(next.getInstant());
        gap.setMDCPropertyMap(Map.of());
        gap.setKeyValuePairs(List.of(new Fields("log.dropped", new LinkedHashMap<>(Map.of("count", count)))));
        return gap;
    }
}
