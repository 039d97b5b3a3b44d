package io.sonia.contracts.evaos;

import io.sonia.kernel.json.MaxBytes;
import io.sonia.kernel.json.Range;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Changes a task; what is absent stays. The fence token or If-Match must be given and current. */
public record TaskUpdate(
        @Nullable Long fenceToken,
        @Nullable TaskStatus status,
        @Nullable @Range(max = 100) Integer progress,
        @Nullable @MaxBytes(16_384) Map<String, @Nullable Object> result,
        @Nullable @MaxBytes(16_384) Map<String, @Nullable Object> metadata) {}
