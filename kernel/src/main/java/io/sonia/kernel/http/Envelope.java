package io.sonia.kernel.http;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Redactor;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The one form of every JSON answer: seven keys, always all of them. */
final class Envelope implements AnswerForm {

    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

    private final ServiceName service;

    Envelope(ServiceName service) {
        this.service = service;
    }

    @Override
    public byte[] success(String operation, String correlationId, double millis, byte[] data) {
        return join(true, operation, correlationId, millis, data, NULL);
    }

    byte[] failure(String operation, String correlationId, double millis, SoniaException failure) {
        return failure(operation, correlationId, millis, Json.bytes(error(failure)));
    }

    @Override
    public byte[] failure(String operation, String correlationId, double millis, byte[] error) {
        return join(false, operation, correlationId, millis, NULL, error);
    }

    @Override
    public int status(ErrorCode code) {
        return code.httpStatus();
    }

    @Override
    public Map<String, String> headers(ErrorCode code) {
        return Map.of();
    }

    @Override
    public String event(long id, String event, Object data) {
        return "id: " + id + "\nevent: " + event + "\ndata: " + Json.text(data) + "\n\n";
    }

    @Override
    public Map<String, @Nullable Object> lastEvent(SoniaException failure) {
        return error(failure);
    }

    /** The code in the bytes of an {@code error} object. */
    static ErrorCode code(byte[] error) {
        return ErrorCode.valueOf(String.valueOf(Json.parseObject(error).get("code")));
    }

    /** The {@code error} object: code, message and details; what a caller sent is repeated without secrets. */
    static Map<String, @Nullable Object> error(SoniaException failure) {
        Map<String, @Nullable Object> details = new LinkedHashMap<>();
        details.put("retryable", failure.code().retryable());
        details.put("blame", failure.code().blame().name().toLowerCase(Locale.ROOT));
        Duration wait = failure.retryAfter();
        if (wait != null) {
            details.put("retry_after_ms", wait.toMillis());
        }
        details.putAll(Redactor.map(failure.details()));
        Map<String, @Nullable Object> error = new LinkedHashMap<>();
        error.put("code", failure.code().name());
        error.put("message", Redactor.text(failure.text()));
        error.put("details", details);
        return error;
    }

    private byte[] join(boolean ok, String operation, String correlationId, double millis, byte[] data, byte[] error) {
        String head = "{\"ok\":" + ok
                + ",\"service\":\"" + service.wireName()
                + "\",\"operation\":\"" + operation
                + "\",\"correlation_id\":\"" + correlationId
                + "\",\"duration_ms\":" + Math.round(millis * 1000) / 1000.0
                + ",\"data\":";
        byte[] start = head.getBytes(StandardCharsets.UTF_8);
        byte[] middle = ",\"error\":".getBytes(StandardCharsets.US_ASCII);
        byte[] all = new byte[start.length + data.length + middle.length + error.length + 1];
        int at = copy(start, all, 0);
        at = copy(data, all, at);
        at = copy(middle, all, at);
        at = copy(error, all, at);
        all[at] = '}';
        return all;
    }

    private static int copy(byte[] from, byte[] to, int at) {
        System.arraycopy(from, 0, to, at, from.length);
        return at + from.length;
    }
}
