package io.sonia.contracts.router;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The events of a streamed model call: {@code route.selected} when a backend is about to answer, then {@code delta} and
 * {@code tool_call} (a {@link ToolCall}) as they come, then either {@code final} (a {@link ChatAnswer}) or
 * {@code error}, and {@code done} last.
 */
public final class ChatEvent {

    public static final String ROUTE_SELECTED = "route.selected";
    public static final String DELTA = "delta";
    public static final String TOOL_CALL = "tool_call";
    public static final String FINAL = "final";
    public static final String ERROR = "error";
    public static final String DONE = "done";

    /** Sent once, right before the first content, so that it names the backend the content comes from. */
    public record RouteSelected(RouteDecision routeDecision) {}

    /** A piece of the answer's text; {@code index} counts from 0. */
    public record Delta(int index, String text) {}

    /** Why the call ended without an answer; {@code details} as in the envelope. */
    public record Failed(String code, String message, boolean retryable, Map<String, @Nullable Object> details) {

        public static Failed of(SoniaException failure) {
            ErrorCode code = failure.code();
            return new Failed(code.name(), failure.text(), code.retryable(), failure.details());
        }

        /** The same failure on the reading side. */
        public SoniaException exception() {
            SoniaException failure = SoniaException.of(ErrorCode.named(code), message);
            for (Map.Entry<String, @Nullable Object> detail : details.entrySet()) {
                failure = failure.with(detail.getKey(), detail.getValue());
            }
            return failure;
        }
    }

    /** The end of the stream. */
    public record Done() {}

    private ChatEvent() {}
}
