package io.sonia.contracts.audit;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Query;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Which audit entries to list; bounds are inclusive. {@code chain} is for the api-gateway only. */
public record EntriesQuery(
        @Query @Default("50") @Range(min = 1, max = 1000) int limit,
        @Query @Nullable @Text(min = 1, max = 1024) String cursor,
        @Query @Nullable Long fromSeq,
        @Query @Nullable Long toSeq,
        @Query @Nullable @Text(min = 1, max = 128) String actorId,
        @Query @Nullable @Text(min = 1, max = 128) String operation,
        @Query @Nullable @Text(min = 1, max = 64) String outcome,
        @Query @Nullable @Text(min = 1, max = 128) String correlationId,
        @Query @Nullable @Text(min = 1, max = 128) String resourceId,
        @Query @Nullable Instant since,
        @Query @Nullable Instant until,
        @Query @Nullable @Text(min = 1, max = 64) String chain) {}
