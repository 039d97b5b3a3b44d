package io.sonia.contracts.memory;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.MaxBytes;
import io.sonia.kernel.json.Text;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One more source of a memory.
 *
 * @param sourceId the origin itself; the id of another memory if {@code sourceType} is {@code memory}
 */
public record ProvenanceTrack(
        @Text(min = 1, max = 128) String memoryId,
        @Default("\"direct\"") @Text(min = 1, max = 64) String sourceType,
        @Text(min = 1, max = 128) @Nullable String sourceId,
        @Default("{}") @MaxBytes(4096) Map<String, @Nullable Object> metadata) {}
