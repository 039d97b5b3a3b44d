package io.sonia.contracts.memory;

import io.sonia.kernel.json.MaxBytes;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Changes a memory; what is absent stays, an empty metadata object clears it.
 *
 * @param expectedVersion the version that the caller has seen; if it is another one by now nothing is changed
 */
public record MemoryUpdate(
        @Text(min = 1, max = 262_144) @Nullable String content,
        @MaxBytes(16_384) @Nullable Map<String, @Nullable Object> metadata,
        @Range(min = 1) @Nullable Integer expectedVersion) {}
