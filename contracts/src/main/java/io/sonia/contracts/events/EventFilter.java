package io.sonia.contracts.events;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Query;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Which events to list. In {@code type} a {@code *} stands for any characters; {@code since} is included. */
public record EventFilter(
        @Query @Nullable @Text(min = 1, max = 64) String type,
        @Query @Nullable @Text(min = 1, max = 64) String source,
        @Query @Nullable @Text(min = 1, max = 128) String correlationId,
        @Query @Nullable Instant since,
        @Query @Default("50") @Range(min = 1, max = 200) int limit,
        @Query @Nullable @Text(min = 1, max = 1024) String cursor) {}
