package io.sonia.contracts.router;

import io.sonia.kernel.json.Text;

/** Ends the running model call that was given this token. */
public record ChatCancel(@Text(min = 1, max = 64) String cancelToken) {

    /** The call ends; {@code status} is always {@code cancelled}. */
    public record Cancelled(String status, String cancelToken) {}
}
