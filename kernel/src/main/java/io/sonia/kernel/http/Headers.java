package io.sonia.kernel.http;

import java.util.LinkedHashMap;
import java.util.Map;

/** The headers every answer has. */
final class Headers {

    static final String JSON = "application/json";

    private Headers() {}

    static Map<String, String> of(String correlationId, String contentType) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", contentType);
        headers.put("X-Correlation-ID", correlationId);
        headers.put("Cache-Control", "no-store");
        headers.put("X-Content-Type-Options", "nosniff");
        return headers;
    }
}
