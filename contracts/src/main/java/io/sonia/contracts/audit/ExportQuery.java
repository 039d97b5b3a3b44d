package io.sonia.contracts.audit;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Query;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a chain to export. Without bounds: from the first entry to the last signed one.
 *
 * @param allowBroken whether an operator takes what is there though it does not verify
 */
public record ExportQuery(
        @Query @Nullable @Range(min = 1, max = Long.MAX_VALUE)
        Long fromSeq,

        @Query @Nullable @Range(min = 1, max = Long.MAX_VALUE)
        Long toSeq,

        @Query @Default("\"json\"") ExportFormat format,
        @Query @Default("false") boolean allowBroken,
        @Query @Nullable @Text(min = 1, max = 64) String chain) {}
