package io.sonia.kernel.settings;

import io.sonia.kernel.Home;
import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the audit chains are attested.
 *
 * @param checkpointIntervalMs between two signed checkpoints of a chain, also of an idle one
 * @param checkpointEntries new entries that make a checkpoint due before that, at most one a second
 * @param heartbeatSeconds of silence after which an entry says that the service was there
 * @param retentionDays for which entries cannot be pruned
 * @param retention what is kept longer
 * @param legalHold true while nothing may be pruned
 * @param headsDirectory a second folder for the last signed heads, on another disk for instance
 */
public record AuditConfig(
        @Default("10000") @Range(min = 1_000, max = 600_000) int checkpointIntervalMs,

        @Default("1000") @Range(min = 1, max = 1_000_000) int checkpointEntries,
        @Default("300") @Range(min = 10, max = 86_400) int heartbeatSeconds,
        @Default("90") @Range(min = 1, max = 36_500) int retentionDays,
        @Default("[]") @Items(max = 50) List<Retention> retention,
        @Default("false") boolean legalHold,
        @Nullable @Text(min = 1, max = 1024) String headsDirectory) {

    /**
     * A class of entries.
     *
     * @param operation what their operation is, or the word before its first dot
     * @param days for which they cannot be pruned
     */
    public record Retention(
            @Text(min = 1, max = 64) String operation,
            @Range(min = 1, max = 36_500) int days) {}

    public static final Section<AuditConfig> SECTION = Section.fixed("audit", AuditConfig.class);

    /** Where the last signed heads are, the first one below the home. */
    public List<Path> heads(Home home) {
        return heads(home, headsDirectory);
    }

    /** As {@link #heads(Home)}, with this second folder. */
    public static List<Path> heads(Home home, @Nullable String second) {
        return second == null
                ? List.of(home.auditHeads())
                : List.of(home.auditHeads(), home.root().resolve(second));
    }
}
