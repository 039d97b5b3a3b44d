package io.sonia.kernel.http;

import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * The first answer to a request with an idempotency key: status, the bytes of {@code data} (from status 400 on those of
 * {@code error}), and its location.
 */
@SuppressWarnings("ArrayRecordComponent") // the bytes go from the store to the wire as they are
public record StoredReply(int status, byte[] data, @Nullable String location) {

    /** The answer to a request whose work was done and failed; one without an effect is not stored. */
    public static StoredReply of(SoniaException failure) {
        return new StoredReply(failure.code().httpStatus(), Json.bytes(Envelope.error(failure)), null);
    }

    boolean failure() {
        return status >= 400;
    }
}
