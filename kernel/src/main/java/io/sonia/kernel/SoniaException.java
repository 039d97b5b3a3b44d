package io.sonia.kernel;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The one failure that crosses borders: an {@link ErrorCode} with details that are safe to show. The client of a peer
 * rebuilds the same exception from the peer's envelope.
 */
public final class SoniaException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final transient Map<String, @Nullable Object> details;
    private final @Nullable Duration retryAfter;

    private SoniaException(
            ErrorCode code,
            String message,
            Map<String, @Nullable Object> details,
            @Nullable Duration retryAfter,
            @Nullable Throwable cause) {
        // Where a place was missing says nothing, and there is no time to look.
        super(message, cause, false, code.blame() != ErrorCode.Blame.CAPACITY);
        this.code = code;
        this.details = details;
        this.retryAfter = retryAfter;
    }

    /** A failure that says no more than its code. */
    public static SoniaException of(ErrorCode code) {
        return new SoniaException(code, code.message(), Map.of(), null, null);
    }

    /** A failure with a message of its own: fixed text plus values that are safe to show, never an exception's text. */
    public static SoniaException of(ErrorCode code, String message) {
        return new SoniaException(code, message, Map.of(), null, null);
    }

    /** A failure whose cause belongs in the log and never in an answer. */
    public static SoniaException caused(ErrorCode code, Throwable cause) {
        return new SoniaException(code, code.message(), Map.of(), null, cause);
    }

    /** The same failure with one more detail for the caller. */
    public SoniaException with(String key, @Nullable Object value) {
        Map<String, @Nullable Object> more = new LinkedHashMap<>(details);
        more.put(key, value);
        return new SoniaException(code, text(), more, retryAfter, getCause());
    }

    /** The same failure with the least time to wait before another try. */
    public SoniaException retryAfter(Duration wait) {
        return new SoniaException(code, text(), details, wait, getCause());
    }

    public ErrorCode code() {
        return code;
    }

    public Map<String, @Nullable Object> details() {
        return details;
    }

    public @Nullable Duration retryAfter() {
        return retryAfter;
    }

    /** The message, never null. */
    public String text() {
        String message = getMessage();
        return message == null ? code.message() : message;
    }
}
