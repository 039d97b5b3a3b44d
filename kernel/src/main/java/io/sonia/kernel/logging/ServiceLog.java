package io.sonia.kernel.logging;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The log of one service. An event is a short dotted name to search for, a message a sentence to read, and fields hold
 * what differs from line to line; {@code duration_ms} and {@code correlation_id} among them fill the columns of that name.
 */
@FunctionalInterface
public interface ServiceLog {

    /** Keeps nothing. */
    ServiceLog NONE = (level, event, message, fields, cause) -> {};

    void log(
            LogLevel level,
            String event,
            String message,
            Map<String, ? extends @Nullable Object> fields,
            @Nullable Throwable cause);

    default void debug(String event, String message, Map<String, ? extends @Nullable Object> fields) {
        log(LogLevel.DEBUG, event, message, fields, null);
    }

    default void info(String event, String message, Map<String, ? extends @Nullable Object> fields) {
        log(LogLevel.INFO, event, message, fields, null);
    }

    default void warn(String event, String message, Map<String, ? extends @Nullable Object> fields) {
        log(LogLevel.WARN, event, message, fields, null);
    }

    /** Something that an operator has to look at; {@code cause} is written with a few frames of its stack. */
    default void error(
            String event, String message, Map<String, ? extends @Nullable Object> fields, @Nullable Throwable cause) {
        log(LogLevel.ERROR, event, message, fields, cause);
    }
}
