package io.sonia.contracts.audit;

import io.sonia.kernel.json.Query;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import org.jspecify.annotations.Nullable;

/** Which part of a chain to verify; on the api-gateway also whose, or {@code all}. */
public record VerifyQuery(
        @Query @Nullable @Range(min = 1, max = Long.MAX_VALUE)
        Long fromSeq,

        @Query @Nullable @Range(min = 1, max = Long.MAX_VALUE)
        Long toSeq,

        @Query @Nullable @Text(min = 1, max = 64) String chain) {}
