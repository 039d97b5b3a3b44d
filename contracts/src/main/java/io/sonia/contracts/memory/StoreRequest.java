package io.sonia.contracts.memory;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.MaxBytes;
import io.sonia.kernel.json.Text;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A text to remember, of a free type such as {@code turn_raw}, for one user or for nobody in particular. */
public record StoreRequest(
        @Text(min = 1, max = 64) String type,
        @Text(min = 1, max = 262_144) String content,
        @Default("{}") @MaxBytes(16_384) Map<String, @Nullable Object> metadata,
        @Text(min = 1, max = 128) @Nullable String userId,
        @Text(min = 1, max = 128) @Nullable String sessionId,
        @Default("\"normal\"") Priority priority,
        @Default("{}") Source source) {

    /** How much a write matters when the stack has too much to do. */
    public enum Priority {
        HIGH,
        NORMAL,
        LOW
    }

    /** An ordinary memory without a session. */
    public static StoreRequest of(String type, String content, @Nullable String userId) {
        return new StoreRequest(type, content, Map.of(), userId, null, Priority.NORMAL, Source.DIRECT);
    }
}
