package io.sonia.contracts.memory;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Text;
import org.jspecify.annotations.Nullable;

/**
 * Where a memory came from.
 *
 * @param sourceType the kind of origin, such as {@code direct} or {@code turn}
 * @param sourceId the origin itself, such as a turn id
 */
public record Source(
        @Default("\"direct\"") @Text(min = 1, max = 64) String sourceType,
        @Text(min = 1, max = 128) @Nullable String sourceId) {

    /** Told by the caller itself. */
    public static final Source DIRECT = new Source("direct", null);
}
