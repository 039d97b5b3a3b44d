package io.sonia.kernel.http;

/**
 * Names one request so that a retry finds the first answer: who, which route, which key, and the fingerprint that tells
 * a retry from another request.
 *
 * @param fingerprint SHA-256 of the address (method, route, path values), a colon, SHA-256 of the RFC 8785 body
 * @param owner a nonce of this one request: begun work is its own until it is answered or another takes it over
 */
public record IdempotencyKey(String principal, String endpoint, String key, String fingerprint, String owner) {

    static final String SEPARATOR = ":";

    /** What sets a request with another fingerprint under the same key apart: {@code path} or {@code body}. */
    public String difference(String other) {
        return address(fingerprint).equals(address(other)) ? "body" : "path";
    }

    private static String address(String fingerprint) {
        int end = fingerprint.indexOf(SEPARATOR);
        return end < 0 ? "" : fingerprint.substring(0, end);
    }
}
