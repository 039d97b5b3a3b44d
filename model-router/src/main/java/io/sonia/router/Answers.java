package io.sonia.router;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads JSON of a server that may send anything: what is missing or of another type reads as empty. */
final class Answers {

    private Answers() {}

    /** DEPENDENCY_FAILED for bytes that are no JSON object. */
    static Map<String, @Nullable Object> object(byte[] json) {
        try {
            return Json.parseObject(json);
        } catch (SoniaException malformed) {
            throw wrong("it sent malformed JSON");
        }
    }

    static SoniaException wrong(String what) {
        return SoniaException.of(ErrorCode.DEPENDENCY_FAILED, what);
    }

    static Map<?, ?> map(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }

    static List<?> list(@Nullable Object value) {
        return value instanceof List<?> list ? list : List.of();
    }

    static String text(@Nullable Object value) {
        return value instanceof String text ? text : "";
    }

    static @Nullable Integer count(@Nullable Object value) {
        return value instanceof Long number && number >= 0 && number <= Integer.MAX_VALUE ? number.intValue() : null;
    }
}
