package io.sonia.pipecat;

import io.sonia.kernel.SoniaException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The data of the frames a voice session sends. */
final class Frames {

    private Frames() {}

    static Map<String, @Nullable Object> of(String field, @Nullable Object value) {
        Map<String, @Nullable Object> data = new LinkedHashMap<>();
        data.put(field, value);
        return data;
    }

    static Map<String, @Nullable Object> of(
            String first, @Nullable Object firstValue, String second, @Nullable Object secondValue) {
        Map<String, @Nullable Object> data = of(first, firstValue);
        data.put(second, secondValue);
        return data;
    }

    static Map<String, @Nullable Object> status(String status, Map<String, @Nullable Object> details) {
        return of("status", status, "details", details);
    }

    static Map<String, @Nullable Object> error(SoniaException failure) {
        Map<String, @Nullable Object> data = of("code", failure.code().name(), "message", failure.text());
        data.put("retryable", failure.code().retryable());
        data.put("details", failure.details());
        return data;
    }
}
