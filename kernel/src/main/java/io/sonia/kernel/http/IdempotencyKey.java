package io.sonia.kernel.http;

/**
 * Names one request so that a retry finds the first answer: who, which route, which key, and the fingerprint that tells
 * a retry from another request.
 *
 * @param fingerprint SHA-256 over method, route, RFC 8785 body and content type
 */
public record IdempotencyKey(String principal, String endpoint, String key, String fingerprint) {}
