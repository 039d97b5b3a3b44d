package io.sonia.contracts.evaos;

import io.sonia.kernel.json.Query;
import io.sonia.kernel.json.Text;
import org.jspecify.annotations.Nullable;

/** Asks for the policy; a version may be an earlier one; absent: the one in force. */
public record PolicyQuery(
        @Query @Nullable @Text(min = 1, max = 64) String version) {}
