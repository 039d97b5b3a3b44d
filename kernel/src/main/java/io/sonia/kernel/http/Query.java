package io.sonia.kernel.http;

import io.sonia.kernel.json.Violations;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Splits a query string ({@code application/x-www-form-urlencoded}) into parameters, each at most once. */
final class Query {

    private static final int MAX_PARAMETERS = 32;

    private Query() {}

    static Map<String, String> parse(@Nullable String query, Violations violations) {
        Map<String, String> parameters = new LinkedHashMap<>();
        if (query == null || query.isEmpty()) {
            return parameters;
        }
        for (String pair : query.split("&", MAX_PARAMETERS + 1)) {
            int equals = pair.indexOf('=');
            String name = decoded(equals < 0 ? pair : pair.substring(0, equals), violations);
            String value = decoded(equals < 0 ? "" : pair.substring(equals + 1), violations);
            if (parameters.size() >= MAX_PARAMETERS) {
                violations.add(name, "length", "expected at most " + MAX_PARAMETERS + " parameters");
                break;
            }
            if (parameters.put(name, value) != null) {
                violations.add(name, "duplicate", "expected one value");
            }
        }
        return parameters;
    }

    private static String decoded(String text, Violations violations) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            violations.add("", "encoding", "a query parameter is not percent-encoded");
            return "";
        }
    }
}
