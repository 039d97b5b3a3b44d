package io.sonia.openclaw.web;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;

/** Why an address is not reached, or could not be. */
final class UrlRefusal {

    private UrlRefusal() {}

    /** Not allowed: {@code form}, {@code scheme}, {@code host}, {@code not_listed}, {@code method} or {@code address}. */
    static SoniaException denied(String reason) {
        return SoniaException.of(ErrorCode.URL_DENIED).with("reason", reason);
    }

    /** Allowed, but it did not work. */
    static SoniaException failed(String reason) {
        return SoniaException.of(ErrorCode.TOOL_FAILED).with("reason", reason);
    }
}
