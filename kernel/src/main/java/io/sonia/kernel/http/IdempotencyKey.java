package io.sonia.kernel.http;

import io.sonia.kernel.json.Violations;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Names one request so that a retry finds the first answer: who, which route, which key, and the fingerprint that tells
 * a retry from another request.
 *
 * @param fingerprint SHA-256 of the address (method, route, path values), a colon, SHA-256 of the RFC 8785 body
 * @param owner a nonce of this one request: begun work is its own until it is answered or another takes it over
 */
public record IdempotencyKey(String principal, String endpoint, String key, String fingerprint, String owner) {

    static final String SEPARATOR = ":";

    private static final Pattern FORM = Pattern.compile("[\\x21-\\x7e]{1,255}");

    /**
     * The key that a request shows, if it shows one.
     *
     * @throws io.sonia.kernel.SoniaException INVALID_ARGUMENT for several, and for one that is not well formed
     */
    static @Nullable String shown(Exchange exchange) {
        String ours = exchange.header("X-Idempotency-Key");
        String standard = exchange.header("Idempotency-Key");
        if (standard != null && standard.length() > 1 && standard.startsWith("\"") && standard.endsWith("\"")) {
            standard = standard.substring(1, standard.length() - 1);
        }
        boolean several = exchange.headers("X-Idempotency-Key").size() > 1
                || exchange.headers("Idempotency-Key").size() > 1
                || (ours != null && standard != null && !ours.equals(standard));
        String key = ours == null ? standard : ours;
        if (several || (key != null && !FORM.matcher(key).matches())) {
            throw Violations.single(
                    "X-Idempotency-Key", "pattern", "expected one key of 1 to 255 visible ASCII characters");
        }
        return key;
    }

    /** What sets a request with another fingerprint under the same key apart: {@code path} or {@code body}. */
    public String difference(String other) {
        return address(fingerprint).equals(address(other)) ? "body" : "path";
    }

    private static String address(String fingerprint) {
        int end = fingerprint.indexOf(SEPARATOR);
        return end < 0 ? "" : fingerprint.substring(0, end);
    }
}
