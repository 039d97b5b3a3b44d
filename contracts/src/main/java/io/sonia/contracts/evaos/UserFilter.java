package io.sonia.contracts.evaos;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Query;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import org.jspecify.annotations.Nullable;

/** Which persons to list; deleted ones only when asked for. */
public record UserFilter(
        @Query @Nullable UserStatus status,
        @Query @Nullable UserRole role,
        @Query @Default("50") @Range(min = 1, max = 200) int limit,
        @Query @Nullable @Text(min = 1, max = 1024) String cursor) {}
