package io.sonia.kernel.http;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answers as the OpenAI API gives them: data without an envelope, failures as an {@code error} object with message, type,
 * param and code, events without names, the last of them {@code [DONE]}.
 */
final class OpenAiForm implements AnswerForm {

    /** The name of the event that ends a stream. */
    static final String DONE = "done";

    private static final String WRONG_REQUEST = "invalid_request_error";
    private static final String PARAM = "param";

    @Override
    public byte[] success(String operation, String correlationId, double millis, byte[] data) {
        return data;
    }

    @Override
    public byte[] failure(String operation, String correlationId, double millis, byte[] error) {
        return Json.bytes(body(Json.parseObject(error)));
    }

    @Override
    public int status(ErrorCode code) {
        return code == ErrorCode.CONTEXT_TOO_LONG ? ErrorCode.INVALID_ARGUMENT.httpStatus() : code.httpStatus();
    }

    /** OpenAI's clients repeat by status unless this says otherwise. */
    @Override
    public Map<String, String> headers(ErrorCode code) {
        return Map.of("X-Should-Retry", Boolean.toString(code.retryable()));
    }

    @Override
    public String event(long id, String event, Object data) {
        return "data: " + (event.equals(DONE) ? "[DONE]" : Json.text(data)) + "\n\n";
    }

    @Override
    public Map<String, @Nullable Object> lastEvent(SoniaException failure) {
        return body(Envelope.error(failure));
    }

    private static Map<String, @Nullable Object> body(Map<String, @Nullable Object> enveloped) {
        ErrorCode code = ErrorCode.valueOf(String.valueOf(enveloped.get("code")));
        Map<?, ?> details = enveloped.get("details") instanceof Map<?, ?> map ? map : Map.of();
        String message = String.valueOf(enveloped.get("message"));
        Object param = details.get(PARAM);
        if (details.get("violations") instanceof List<?> all && all.getFirst() instanceof Map<?, ?> first) {
            param = first.get("path");
            message += ": " + param + ": " + first.get("message");
        }
        Map<String, @Nullable Object> error = new LinkedHashMap<>();
        error.put("message", message);
        error.put("type", type(code));
        error.put(PARAM, param);
        error.put("code", name(code, param));
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("error", error);
        return body;
    }

    private static String type(ErrorCode code) {
        return switch (code) {
            case RATE_LIMITED, MAX_SESSIONS, APPROVAL_QUEUE_FULL -> "requests";
            case BUDGET_EXCEEDED -> "insufficient_quota";
            default -> code.httpStatus() < 500 ? WRONG_REQUEST : "server_error";
        };
    }

    private static String name(ErrorCode code, @Nullable Object param) {
        return switch (code) {
            case UNAUTHORIZED -> "invalid_api_key";
            case RATE_LIMITED -> "rate_limit_exceeded";
            case BUDGET_EXCEEDED -> "insufficient_quota";
            case CONTEXT_TOO_LONG -> "context_length_exceeded";
            case NOT_FOUND -> "model".equals(param) ? "model_not_found" : "not_found";
            default -> code.name().toLowerCase(Locale.ROOT);
        };
    }
}
