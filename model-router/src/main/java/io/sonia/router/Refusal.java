package io.sonia.router;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A provider's error answer: its status and its own words. The words are only searched, never shown: they may hold part
 * of a key or of a prompt.
 */
record Refusal(int status, String words) {

    static final int MAX_BODY = 64 * 1024;

    /** How servers say that a prompt is too long: OpenAI, llama.cpp, vLLM and OpenRouter, Anthropic, LM Studio. */
    private static final List<String> TOO_LONG = List.of(
            "context_length_exceeded",
            "exceed_context_size",
            "maximum context length",
            "prompt is too long",
            "context length",
            "context window");

    static Refusal of(int status, byte[] body) {
        return new Refusal(status, new String(body, StandardCharsets.UTF_8).toLowerCase(Locale.ROOT));
    }

    /** An error object inside a stream; some servers put the HTTP status into its code. */
    static Refusal inStream(Map<?, ?> error) {
        Integer code = Answers.count(error.get("code"));
        return inStream(code != null && code >= 400 && code < 600 ? code : 500, error);
    }

    /** As {@link #inStream(Map)}, for the status the error's type stands for. */
    static Refusal inStream(int status, Map<?, ?> error) {
        return new Refusal(status, Json.text(error).toLowerCase(Locale.ROOT));
    }

    boolean mentions(String word) {
        return words.contains(word);
    }

    SoniaException failure() {
        ErrorCode code = code();
        return SoniaException.of(code, message(code));
    }

    private ErrorCode code() {
        boolean tooLong = (status == 400 || status == 413 || status == 500)
                && TOO_LONG.stream().anyMatch(this::mentions);
        return tooLong || status == 413
                ? ErrorCode.CONTEXT_TOO_LONG
                : switch (status) {
                    case 401 -> ErrorCode.UNAUTHORIZED;
                    case 402, 403 -> ErrorCode.FORBIDDEN;
                    case 404 -> ErrorCode.NOT_FOUND;
                    case 408, 504 -> ErrorCode.TIMEOUT;
                    case 429 -> ErrorCode.RATE_LIMITED;
                    case 503, 529 -> ErrorCode.OVERLOADED;
                    default -> ErrorCode.DEPENDENCY_FAILED;
                };
    }

    private String message(ErrorCode code) {
        @Nullable
        String meaning = switch (code) {
            case UNAUTHORIZED -> "the key was refused";
            case FORBIDDEN -> status == 402 ? "the account has no credit" : "the account may not do this";
            case NOT_FOUND -> "the model or address is not known there";
            case RATE_LIMITED -> "too many requests for the account";
            case OVERLOADED -> "the server is overloaded";
            case CONTEXT_TOO_LONG -> "the prompt is too long for the model";
            case TIMEOUT -> "the server gave up waiting";
            default -> "the server answered with an error";
        };
        return meaning + " (HTTP " + status + ")";
    }
}
