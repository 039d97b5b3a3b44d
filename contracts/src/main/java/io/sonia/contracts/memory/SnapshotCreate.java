package io.sonia.contracts.memory;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.MaxBytes;
import io.sonia.kernel.json.Text;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Has put on record which memories are in force.
 *
 * @param sessionId only those of this session; null: all
 */
public record SnapshotCreate(
        @Text(min = 1, max = 128) @Nullable String sessionId,
        @Default("{}") @MaxBytes(16_384) Map<String, @Nullable Object> metadata) {}
