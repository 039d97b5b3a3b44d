package io.sonia.openclaw.web;

import java.util.Map;

/** A complete answer to one request; the body is cut at the cap. */
final class HttpAnswer {

    private final int status;
    private final Map<String, String> headers;
    private final byte[] body;
    private final boolean cut;

    HttpAnswer(int status, Map<String, String> headers, byte[] body, boolean cut) {
        this.status = status;
        this.headers = headers;
        this.body = body;
        this.cut = cut;
    }

    int status() {
        return status;
    }

    /** A header by lower-case name; empty if there is none. */
    String header(String lowerCaseName) {
        return headers.getOrDefault(lowerCaseName, "");
    }

    byte[] body() {
        return body;
    }

    /** True if the body went on beyond the cap. */
    boolean cut() {
        return cut;
    }

    boolean redirects() {
        boolean status3 = status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
        return status3 && !header("location").isEmpty();
    }
}
