package io.sonia.testkit;

import io.sonia.kernel.json.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request a fake server met; header names are in lower case. */
public record SeenRequest(String method, String path, Map<String, String> headers, String body) {

    public Map<String, @Nullable Object> json() {
        return Json.parseObject(body);
    }

    public @Nullable String header(String lowerCaseName) {
        return headers.get(lowerCaseName);
    }

    boolean wantsStream() {
        return body.contains("\"stream\":true");
    }
}
