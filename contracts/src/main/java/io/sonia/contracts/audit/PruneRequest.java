package io.sonia.contracts.audit;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which of the oldest entries to remove, by time or by number; on the api-gateway also whose.
 *
 * @param before entries older than this
 * @param beforeSeq entries with a smaller number, if all of them are beyond their retention
 * @param dryRun true only tells what would go
 * @param batchSize entries removed in one commit
 * @param vacuum gives their space back to the disk; whoever writes meanwhile waits
 */
public record PruneRequest(
        @Nullable Instant before,
        @Nullable @Range(min = 1, max = Long.MAX_VALUE) Long beforeSeq,
        @Default("true") boolean dryRun,
        @Default("1000") @Range(min = 1, max = 10_000) int batchSize,
        @Default("false") boolean vacuum,
        @Nullable @Text(min = 1, max = 64) String chain) {}
