package io.sonia.gates.drill;

import io.sonia.kernel.json.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What came back over HTTP: a status and an envelope. */
record Answer(int status, String body) {

    private static final String DATA = "\"data\":";
    private static final String ERROR = ",\"error\":";

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
        Object value = Json.parseObject(body);
        for (String name : names) {
            value = value instanceof Map<?, ?> map ? map.get(name) : null;
        }
        return value;
    }

    String text(String... names) {
        return String.valueOf(at(names));
    }

    long number(String... names) {
        return at(names) instanceof Number number ? number.longValue() : -1;
    }
}
