package io.sonia.kernel.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.encoder.EncoderBase;
import io.sonia.kernel.Redactor;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Timestamps;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/** Writes a log event as one line of redacted JSON, the same seven columns first. */
final class JsonLines extends EncoderBase<ILoggingEvent> {

    private static final String BOOT = "boot";
    private static final String DURATION = "duration_ms";
    private static final int MAX_TEXT = 4096;
    private static final int MAX_FRAMES = 12;
    private static final int MAX_CAUSES = 3;

    private final ServiceName service;

    JsonLines(ServiceName service) {
        this.service = service;
    }

    @Override
    public byte[] headerBytes() {
        return new byte[0];
    }

    @Override
    public byte[] footerBytes() {
        return new byte[0];
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        String json = Json.text(columns(event));
        return (json + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private Map<String, @Nullable Object> columns(ILoggingEvent event) {
        Map<String, @Nullable Object> given = new LinkedHashMap<>();
        String name = "library";
        for (KeyValuePair pair :
                event.getKeyValuePairs() == null ? List.<KeyValuePair>of() : event.getKeyValuePairs()) {
            if (pair instanceof Fields fields) {
                name = fields.event();
                given.putAll(fields.values());
            } else {
                given.put(pair.key, pair.value);
            }
        }
        if (name.equals("library")) {
            given.put("logger", event.getLoggerName());
        }
        Map<String, @Nullable Object> fields = Redactor.map(plain(given));
        Object correlation = fields.remove(Logs.CORRELATION);
        Map<String, @Nullable Object> line = new LinkedHashMap<>();
        line.put("timestamp", Timestamps.format(event.getInstant()));
        line.put("level", event.getLevel().toString().toLowerCase(Locale.ROOT));
        line.put("service", service.wireName());
        line.put(
                Logs.CORRELATION,
                correlation != null ? correlation : event.getMDCPropertyMap().getOrDefault(Logs.CORRELATION, BOOT));
        line.put(DURATION, fields.remove(DURATION));
        line.put("event", name);
        line.put("message", text(event.getFormattedMessage()));
        fields.forEach(line::putIfAbsent);
        if (event.getThrowableProxy() != null) {
            line.put("exception", exception(event.getThrowableProxy(), 1));
        }
        return line;
    }

    private static Map<String, @Nullable Object> exception(IThrowableProxy thrown, int depth) {
        Map<String, @Nullable Object> out = new LinkedHashMap<>();
        out.put("type", thrown.getClassName());
        out.put("message", text(thrown.getMessage()));
        out.put(
                "stack",
                Arrays.stream(thrown.getStackTraceElementProxyArray())
                        .limit(MAX_FRAMES)
                        .map(StackTraceElementProxy::getStackTraceElement)
                        .map(StackTraceElement::toString)
                        .toList());
        if (thrown.getCause() != null && depth < MAX_CAUSES) {
            out.put("cause", exception(thrown.getCause(), depth + 1));
        }
        return out;
    }

    /** JSON values as they are; of anything else, its text. */
    private static Map<String, @Nullable Object> plain(Map<?, ?> fields) {
        Map<String, @Nullable Object> out = new LinkedHashMap<>();
        fields.forEach((key, value) -> out.put(String.valueOf(key), plainValue(value)));
        return out;
    }

    private static @Nullable Object plainValue(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case Long number -> number;
            case Integer number -> number;
            case Boolean truth -> truth;
            case Double number -> Double.isFinite(number) ? number : number.toString();
            case Map<?, ?> map -> plain(map);
            case Iterable<?> list -> {
                List<@Nullable Object> out = new ArrayList<>();
                list.forEach(each -> out.add(plainValue(each)));
                yield out;
            }
            default -> redactedIfLong(value.toString());
        };
    }

    /** What is to be cut is redacted before: a secret cut in two would not be known any more. */
    private static String redactedIfLong(String text) {
        return text.length() <= MAX_TEXT ? text : cut(Redactor.text(text));
    }

    private static @Nullable String text(@Nullable String text) {
        return text == null ? null : cut(Redactor.text(text));
    }

    private static String cut(String text) {
        return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "...";
    }
}
