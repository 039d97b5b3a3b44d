package io.sonia.contracts.openclaw;

import io.sonia.contracts.RiskTier;
import io.sonia.kernel.json.Query;
import org.jspecify.annotations.Nullable;

/** Which tools to list; all when empty. */
public record ToolFilter(
        @Query @Nullable RiskTier tier, @Query @Nullable Boolean available) {}
