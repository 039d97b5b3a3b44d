package io.sonia.contracts.memory;

import io.sonia.kernel.json.MaxBytes;
import io.sonia.kernel.json.Text;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A version that takes the place of the newest one of a memory.
 *
 * @param originalId the version it supersedes, which must be the newest one
 * @param newContent an object of the subtype's form, or text
 * @param metadata null: as it was
 */
public record NewVersion(
        @Text(min = 1, max = 128) String originalId,
        Object newContent,
        @MaxBytes(16_384) @Nullable Map<String, @Nullable Object> metadata,
        @Nullable Instant validFrom,
        @Nullable Instant validUntil) {}
