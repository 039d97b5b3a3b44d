package io.sonia.contracts.memory;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.MaxBytes;
import io.sonia.kernel.json.Text;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A typed memory to store.
 *
 * @param content an object of the subtype's form, or the same as JSON text
 * @param validFrom from when it holds, included; null: from ever
 * @param validUntil until when it holds, excluded; null: for ever
 */
public record TypedStore(
        @Default("\"fact\"") @Text(min = 1, max = 64) String type,
        Subtype subtype,
        Object content,
        @Default("{}") @MaxBytes(16_384) Map<String, @Nullable Object> metadata,
        @Nullable Instant validFrom,
        @Nullable Instant validUntil,
        @Text(min = 1, max = 128) @Nullable String userId) {}
