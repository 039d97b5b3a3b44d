package io.sonia.kernel.json;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One thing wrong with an input: where (such as {@code args.path}), which rule, and what was met and expected. */
public record Violation(String path, String rule, String message) {

    Map<String, @Nullable Object> asMap() {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("path", path);
        map.put("rule", rule);
        map.put("message", message);
        return map;
    }
}
