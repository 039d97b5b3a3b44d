package io.sonia.contracts.incident;

import io.sonia.kernel.Version;
import io.sonia.kernel.json.CanonicalJson;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Timestamps;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is in a bundle, and what should be and is not.
 *
 * @param checksums each file's SHA-256 in hex, by its name in the archive
 * @param sizes in bytes, of the same files
 */
public record IncidentManifest(
        String format,
        String incidentId,
        @Nullable String label,
        String createdAt,
        String version,
        String contractVersion,
        @Nullable String correlationId,
        @Nullable String since,
        @Nullable String until,
        Map<String, String> checksums,
        Map<String, Long> sizes,
        List<Omission> omitted) {

    public static final String FILE = "manifest.json";
    public static final String SIGNATURE_FILE = "manifest.sig";

    private static final String FORMAT = "sonia-incident/1";

    /** Something that is not in the bundle, and why. */
    public record Omission(String artifact, String reason) {}

    static IncidentManifest of(
            String incidentId, @Nullable String label, Instant now, IncidentScope scope, StagedFiles files) {
        Instant since = scope.since();
        return new IncidentManifest(
                FORMAT,
                incidentId,
                label,
                Timestamps.format(now),
                Version.PRODUCT,
                Version.CONTRACT,
                scope.correlationId(),
                since == null ? null : Timestamps.format(since),
                Timestamps.format(scope.until()),
                files.checksums(),
                files.sizes(),
                files.omitted());
    }

    /** Its RFC 8785 form, which is what is signed. */
    String text() {
        return new String(CanonicalJson.bytes(Json.plain(this)), StandardCharsets.UTF_8);
    }
}
