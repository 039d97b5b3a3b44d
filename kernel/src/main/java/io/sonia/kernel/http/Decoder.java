package io.sonia.kernel.http;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.CanonicalJson;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import io.sonia.kernel.json.Violations;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the body and the query of a request into the record its route wants. */
final class Decoder {

    private static final int MAX_DRAINED = 4 * 1024 * 1024;
    /** The time for a body: the largest comes in it over a line of 7 Mbit/s. */
    private static final Duration SENDING = Duration.ofSeconds(10);

    private Decoder() {}

    /**
     * The JSON of body and query together, not yet checked against the record. While its caller is still sending a
     * request needs no place.
     */
    static Map<String, @Nullable Object> json(
            Exchange exchange, Route<?> route, Deadline deadline, Admission.Permit place) {
        byte[] body;
        try {
            body = body(exchange, route.operation().bodyLimit(), deadline.atMost(SENDING), place::pause);
        } finally {
            place.resume();
        }
        Map<String, @Nullable Object> json = body.length == 0 ? new LinkedHashMap<>() : Json.parseObject(body);
        Violations violations = new Violations();
        Map<String, String> query = Query.parse(exchange.query(), violations);
        boolean all = route.operation().bodyLimit() == BodyLimit.NONE;
        Shape.of(route.input()).fromQuery(query, all, violations).forEach((name, value) -> {
            if (json.put(name, value) != null) {
                violations.add(name, "duplicate", "expected in the query or in the body, not in both");
            }
        });
        violations.throwIfAny();
        return json;
    }

    /** Tells a retry from another request, and what differs, as {@link IdempotencyKey} describes it. */
    static String fingerprint(Operation operation, Map<String, String> path, Map<String, @Nullable Object> json) {
        Map<String, @Nullable Object> address = new LinkedHashMap<>();
        address.put("endpoint", operation.endpoint());
        address.put("path", path);
        return CanonicalJson.sha256(address) + IdempotencyKey.SEPARATOR + CanonicalJson.sha256(json);
    }

    /**
     * Reads away the body of a refused request, up to a bound: a caller that is still sending would otherwise lose the
     * answer with the connection.
     */
    static void drain(Exchange exchange) {
        boolean sent = exchange.header("Content-Length") != null || exchange.header("Transfer-Encoding") != null;
        try {
            long left = sent ? MAX_DRAINED : 0;
            for (long read = 1; left > 0 && read > 0; left -= read) {
                read = exchange.body().skip(left);
            }
        } catch (IOException callerGone) {
            // There is nobody left to lose an answer.
        }
    }

    private static byte[] body(Exchange exchange, BodyLimit limit, Deadline until, Runnable whenSlow) {
        String length = exchange.header("Content-Length");
        if (length != null && length.length() < 19 && Long.parseLong(length) > limit.bytes()) {
            throw tooLarge(limit);
        }
        byte[] bytes;
        try {
            bytes = exchange.read(limit.bytes() + 1, until, whenSlow);
        } catch (IOException e) {
            throw Violations.single("", "body", "the body ended early");
        }
        if (bytes.length > limit.bytes()) {
            throw tooLarge(limit);
        }
        if (bytes.length > 0) {
            checkType(exchange.header("Content-Type"), bytes);
        }
        return bytes;
    }

    private static void checkType(@Nullable String header, byte[] body) {
        String type = header == null ? "" : header.toLowerCase(Locale.ROOT);
        int semicolon = type.indexOf(';');
        String plain = (semicolon < 0 ? type : type.substring(0, semicolon)).trim();
        boolean json = plain.equals("application/json");
        boolean readAsJson =
                (plain.isEmpty() || plain.equals("application/x-www-form-urlencoded")) && startsObject(body);
        if (!json && !readAsJson) {
            throw SoniaException.of(ErrorCode.UNSUPPORTED_MEDIA_TYPE).with("expected", "application/json");
        }
    }

    private static boolean startsObject(byte[] body) {
        String start = new String(body, 0, Math.min(body.length, 64), StandardCharsets.UTF_8).stripLeading();
        return start.startsWith("{");
    }

    private static SoniaException tooLarge(BodyLimit limit) {
        return SoniaException.of(ErrorCode.PAYLOAD_TOO_LARGE).with("limit_bytes", limit.bytes());
    }
}
