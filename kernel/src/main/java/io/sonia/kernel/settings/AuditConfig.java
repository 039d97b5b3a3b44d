package io.sonia.kernel.settings;

import io.sonia.kernel.Home;
import io.sonia.kernel.json.Default;
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
 * @param headsDirectory a second folder for the last signed heads, on another disk for instance
 */
public record AuditConfig(
        @Default("10000") @Range(min = 1_000, max = 600_000) int checkpointIntervalMs,

        @Default("1000") @Range(min = 1, max = 1_000_000) int checkpointEntries,
        @Default("300") @Range(min = 10, max = 86_400) int heartbeatSeconds,
        @Nullable @Text(min = 1, max = 1024) String headsDirectory) {

    public static final Section<AuditConfig> SECTION = Section.fixed("audit", AuditConfig.class);

    /** Where the last signed heads are, the first one below the home. */
    public List<Path> heads(Home home) {
        return headsDirectory == null
                ? List.of(home.auditHeads())
                : List.of(home.auditHeads(), home.root().resolve(headsDirectory));
    }
}
