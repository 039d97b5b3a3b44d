package io.sonia.kernel.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.rolling.RollingFileAppender;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.settings.Live;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * The log files of one process, one for each service it hosts. What libraries log at WARN and above goes to the file of
 * the first service.
 */
public final class Logs implements AutoCloseable {

    static final String CORRELATION = "correlation_id";

    private final Clock clock;
    private final LoggerContext context;
    private final List<Queue> queues = new ArrayList<>();

    /** Puts back what was there before it. */
    @FunctionalInterface
    public interface Correlation extends AutoCloseable {
        @Override
        void close();
    }

    public Logs(Clock clock) {
        this.clock = clock;
        this.context = (LoggerContext) LoggerFactory.getILoggerFactory();
    }

    /**
     * Opens the log of one service.
     *
     * @param config asked for each line, so that changes apply at once
     * @throws SoniaException STORAGE_UNAVAILABLE if the file cannot be written
     */
    public synchronized ServiceLog open(ServiceName service, Path file, Live<LoggingConfig> config) {
        RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
        Rotation rotation = new Rotation(file, config);
        appender.setName(service.wireName() + "-" + file);
        appender.setContext(context);
        appender.setFile(file.toString());
        appender.setRollingPolicy(rotation);
        appender.setTriggeringPolicy(rotation);
        appender.setEncoder(new JsonLines(service));
        rotation.start();
        appender.start();
        if (!appender.isStarted()) {
            throw SoniaException.of(ErrorCode.STORAGE_UNAVAILABLE, "The log file cannot be written")
                    .with("file", file.toString());
        }
        Queue queue = new Queue(context, appender);
        queue.setName(appender.getName());
        queue.start();
        if (queues.isEmpty()) {
            root().addAppender(queue);
        }
        queues.add(queue);
        return (level, event, message, fields, cause) -> {
            if (level.compareTo(config.get().level()) >= 0) {
                queue.doAppend(line(level, event, message, fields, cause));
            }
        };
    }

    /** Marks the lines of this thread with a request's correlation id until closed. */
    public static Correlation correlation(String id) {
        String before = MDC.get(CORRELATION);
        MDC.put(CORRELATION, id);
        return () -> {
            if (before == null) {
                MDC.remove(CORRELATION);
            } else {
                MDC.put(CORRELATION, before);
            }
        };
    }

    /** Writes what is still waiting, within a few seconds, and closes the files. */
    @Override
    public synchronized void close() {
        queues.forEach(root()::detachAppender);
        queues.forEach(Queue::stop);
        queues.clear();
    }

    private LoggingEvent line(
            LogLevel level,
            String event,
            String message,
            Map<String, ? extends @Nullable Object> fields,
            @Nullable Throwable cause) {
        Level weight = Level.toLevel(level.name());
        LoggingEvent line = new LoggingEvent(Logs.class.getName(), root(), weight, message, cause, null);
        line.setInstant(clock.now());
        line.setKeyValuePairs(List.of(new Fields(event, new LinkedHashMap<>(fields))));
        return line;
    }

    private Logger root() {
        return context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }
}
