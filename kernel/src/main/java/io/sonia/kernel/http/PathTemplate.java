package io.sonia.kernel.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A route's path with variables, such as {@code /v1/turns/{turn_id}}; a last one named {@code tail} takes all that follows. */
record PathTemplate(String[] segments) {

    private static final String TAIL = "{tail}";

    static PathTemplate of(String path) {
        return new PathTemplate(path.substring(1).split("/", -1));
    }

    /** The variables' values if {@code path}, split at slashes, has this form; else null. */
    @Nullable
    Map<String, String> match(String[] path) {
        boolean open = segments[segments.length - 1].equals(TAIL);
        if (open ? path.length < segments.length : path.length != segments.length) {
            return null;
        }
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < segments.length; i++) {
            String segment = segments[i];
            if (segment.equals(TAIL)) {
                values.put("tail", String.join("/", Arrays.copyOfRange(path, i, path.length)));
            } else if (segment.startsWith("{")) {
                String value = decoded(path[i]);
                if (value == null) {
                    return null;
                }
                values.put(segment.substring(1, segment.length() - 1), value);
            } else if (!segment.equals(path[i])) {
                return null;
            }
        }
        return values;
    }

    /** One path segment without percent encoding; null if it is empty or hides a slash or a control character. */
    private static @Nullable String decoded(String segment) {
        if (segment.isEmpty() || segment.length() > 512) {
            return null;
        }
        try {
            String text = URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
            boolean plain = text.chars().noneMatch(c -> c == '/' || c < 0x20 || c == 0x7f || c == 0xfffd);
            return plain ? text : null;
        } catch (IllegalArgumentException malformed) {
            return null;
        }
    }
}
