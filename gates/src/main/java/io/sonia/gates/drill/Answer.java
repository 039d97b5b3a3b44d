package io.sonia.gates.drill;

import io.sonia.kernel.json.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What came back over HTTP: a status and an envelope. */
final class Answer {

    private static final String DATA = "\"data\":";
    private static final String ERROR = ",\"error\":";

    private final int status;
    private final String body;
    private @Nullable Map<String, @Nullable Object> parsed;

    Answer(int status, String body) {
        this.status = status;
        this.body = body;
    }

    int status() {
        return status;
    }

    String body() {
        return body;
    }

    boolean good() {
        return status >= 200 && status < 300;
    }

    /** The bytes of {@code data}, as they were on the wire. */
    String data() {
        int from = body.indexOf(DATA);
        int to = body.lastIndexOf(ERROR);
        return from < 0 || to < from ? "" : body.substring(from + DATA.length(), to);
    }

    String code() {
        return good() ? "OK" : String.valueOf(at("error", "code"));
    }

    /** The value at a path of names, or null. */
    @Nullable
    Object at(String... names) {
        Object value = envelope();
        for (String name : names) {
            value = value instanceof Map<?, ?> map ? map.get(name) : null;
        }
        return value;
    }

    /** Read when it is asked for, and once: most answers are only counted. */
    private Map<String, @Nullable Object> envelope() {
        Map<String, @Nullable Object> read = parsed;
        if (read == null) {
            read = Json.parseObject(body);
            parsed = read;
        }
        return read;
    }

    String text(String... names) {
        return String.valueOf(at(names));
    }

    long number(String... names) {
        return at(names) instanceof Number number ? number.longValue() : -1;
    }
}
