package io.sonia.kernel.http;

import io.sonia.kernel.Ids;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A span of a distributed trace (W3C Trace Context, level 1): one per hop. */
public record Trace(
        String traceId,
        String spanId,
        String flags,
        @Nullable String state) {

    private static final Pattern HEADER =
            Pattern.compile("00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})");
    private static final int MAX_STATE = 512;

    /** Continues the caller's trace with a new span; a malformed header is ignored as a whole. */
    public static Trace continued(@Nullable String traceparent, @Nullable String tracestate, Ids ids) {
        String span = ids.hex(8);
        if (traceparent != null) {
            Matcher matcher = HEADER.matcher(traceparent);
            if (matcher.matches()) {
                boolean keep = tracestate != null && tracestate.length() <= MAX_STATE;
                return new Trace(matcher.group(1), span, matcher.group(3), keep ? tracestate : null);
            }
        }
        return new Trace(ids.hex(16), span, "00", null);
    }

    public String traceparent() {
        return "00-" + traceId + "-" + spanId + "-" + flags;
    }
}
