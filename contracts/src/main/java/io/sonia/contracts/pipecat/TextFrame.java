package io.sonia.contracts.pipecat;

import io.sonia.kernel.json.MaxBytes;
import io.sonia.kernel.json.Text;
import io.sonia.kernel.json.WireNamed;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One frame of a voice session's text socket, in either direction.
 *
 * @param sessionId the session of the socket; a client may leave it out
 * @param data depends on the type
 * @param timestamp when it was sent; a client may leave it out
 * @param correlationId the request it belongs to; a client may choose one with a message
 */
public record TextFrame(
        Type type,
        @Text(min = 1, max = 64) @Nullable String sessionId,
        @MaxBytes(128 * 1024) @Nullable Map<String, @Nullable Object> data,
        @Nullable Instant timestamp,

        @Text(min = 1, max = 128, pattern = "[A-Za-z0-9._:-]+") @Nullable
        String correlationId) {

    /** What a frame says. */
    public enum Type implements WireNamed {
        SESSION_START,
        STATUS,
        MESSAGE,
        PARTIAL,
        SESSION_STOP,
        ERROR;

        @Override
        public String wireName() {
            return name();
        }
    }
}
