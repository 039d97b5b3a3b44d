package io.sonia.kernel.settings;

import io.sonia.kernel.Home;
import io.sonia.kernel.identity.WitnessKey;
import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.util.List;
import java.util.regex.Pattern;
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
 * @param headsGit a git repository that the heads are committed to as well
 * @param witness somebody else who signs the heads
 */
public record AuditConfig(
        @Default("10000") @Range(min = 1_000, max = 600_000) int checkpointIntervalMs,

        @Default("1000") @Range(min = 1, max = 1_000_000) int checkpointEntries,
        @Default("300") @Range(min = 10, max = 86_400) int heartbeatSeconds,
        @Default("90") @Range(min = 1, max = 36_500) int retentionDays,
        @Default("[]") @Items(max = 50) List<Retention> retention,
        @Default("false") boolean legalHold,
        @Nullable @Text(min = 1, max = 1024) String headsDirectory,
        @Nullable @Text(min = 1, max = 1024) String headsGit,
        @Nullable Witness witness) {

    /**
     * A class of entries.
     *
     * @param operation what their operation is, or the word before its first dot
     * @param days for which they cannot be pruned
     */
    public record Retention(
            @Text(min = 1, max = 64) String operation,
            @Range(min = 1, max = 36_500) int days) {}

    /**
     * A witness of the C2SP tlog-witness protocol.
     *
     * @param url what its {@code /add-checkpoint} is below
     * @param key its verifier key
     * @param intervalSeconds between two heads of a chain that it is given
     */
    public record Witness(
            @Text(min = 8, max = 500) String url,
            @Text(min = 40, max = 300) String key,
            @Default("60") @Range(min = 1, max = 86_400) int intervalSeconds) {

        private static final Pattern URL = Pattern.compile(
                "https://[^\\s?#@]+|http://(localhost|127(\\.\\d{1,3}){3}|\\[::1])(:\\d{1,5})?(/[^\\s?#@]*)?");

        /** The key, which was checked when the settings were read. */
        public WitnessKey verifier() {
            return WitnessKey.parse(key).orElseThrow();
        }
    }

    public static final Section<AuditConfig> SECTION = Section.fixed("audit", AuditConfig.class)
            .checkedBy((audit, all, problems) -> {
                if (audit.witness == null) {
                    return;
                }
                if (!Witness.URL.matcher(audit.witness.url).matches()) {
                    problems.accept("witness.url is not https, nor http on this machine");
                }
                if (WitnessKey.parse(audit.witness.key).isEmpty()) {
                    problems.accept("witness.key is no verifier key of a witness (C2SP tlog-cosignature, Ed25519)");
                }
            });

    /** Where the last signed heads are kept. */
    public HeadPlaces heads(Home home) {
        return HeadPlaces.of(home, headsDirectory, headsGit);
    }
}
