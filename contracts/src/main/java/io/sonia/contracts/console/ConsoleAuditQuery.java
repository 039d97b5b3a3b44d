package io.sonia.contracts.console;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Query;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Which entries of the console's own audit to list. */
public record ConsoleAuditQuery(
        @Query @Nullable @Text(min = 1, max = 128) String actorId,
        @Query @Nullable @Text(min = 1, max = 128) String action,
        @Query @Nullable Instant since,
        @Query @Nullable Instant until,
        @Query @Default("50") @Range(min = 1, max = 200) int limit,
        @Query @Nullable @Text(min = 1, max = 1024) String cursor) {}
