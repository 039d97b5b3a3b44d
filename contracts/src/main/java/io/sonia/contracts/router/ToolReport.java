package io.sonia.contracts.router;

import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a model is told about one tool call it asked for. Its JSON text is the content of the tool message.
 *
 * @param result what the tool answered, for an executed or failed call
 * @param code of a call that was not executed, or failed: the code of the wire contract
 * @param message of the same: why, in words
 */
public record ToolReport(
        Status status,
        @Nullable Map<String, @Nullable Object> result,
        @Nullable String code,
        @Nullable String message) {

    /** How the call ended. */
    public enum Status {
        EXECUTED,
        PENDING_APPROVAL,
        DENIED,
        EXPIRED,
        BLOCKED,
        FAILED,
        OUTCOME_UNKNOWN
    }

    public static ToolReport executed(Map<String, @Nullable Object> result) {
        return new ToolReport(Status.EXECUTED, result, null, null);
    }

    /** A call that ended otherwise; {@code result} is what a failed tool answered, if anything. */
    public static ToolReport other(
            Status status, String code, String message, @Nullable Map<String, @Nullable Object> result) {
        return new ToolReport(status, result, code, message);
    }

    public String text() {
        return Json.text(this);
    }

    /** The report in the content of a tool message; empty if the text is something else. */
    public static Optional<ToolReport> of(String text) {
        try {
            return Optional.of(Shape.of(ToolReport.class).readAnswer(Json.parseObject(text)));
        } catch (SoniaException e) {
            return Optional.empty();
        }
    }
}
