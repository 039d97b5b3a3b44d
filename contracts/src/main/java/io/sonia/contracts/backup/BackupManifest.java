package io.sonia.contracts.backup;

import io.sonia.kernel.json.CanonicalJson;
import io.sonia.kernel.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is in a backup, and what is not.
 *
 * @param installation tells this installation from others
 * @param artifacts the stores, by service
 * @param checksums each file's SHA-256 in hex, by its name in the backup
 * @param sizes in bytes, of the same files
 * @param omitted what the backup leaves out, and why
 */
public record BackupManifest(
        String format,
        String backupId,
        @Nullable String label,
        String createdAt,
        String version,
        String contractVersion,
        String installation,
        Map<String, BackupStore> artifacts,
        Map<String, String> checksums,
        Map<String, Long> sizes,
        List<Omission> omitted) {

    public static final String FORMAT = "sonia-backup/1";
    public static final String FILE = "manifest.json";
    public static final String SIGNATURE_FILE = "manifest.sig";

    /** Something that is not in the backup, and why. */
    public record Omission(String artifact, String reason) {}

    /** Bytes of all files together. */
    public long bytes() {
        return sizes.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Its RFC 8785 form, which is what is signed. */
    String text() {
        return new String(CanonicalJson.bytes(Json.plain(this)), StandardCharsets.UTF_8);
    }
}
