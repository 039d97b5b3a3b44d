package io.sonia.cli;

import io.sonia.contracts.backup.BackupFolder;
import io.sonia.kernel.identity.NotaryKeys;
import io.sonia.kernel.identity.NoteKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where backups are and whose signature counts. */
final class BackupPlaces {

    private BackupPlaces() {}

    /** A backup of this home by its id, or any by its folder. */
    static BackupFolder find(Workplace place, String named) {
        BackupFolder own = BackupFolder.of(place.home(), named);
        BackupFolder found = named.contains("/") || !own.exists() ? new BackupFolder(Path.of(named)) : own;
        if (!found.exists()) {
            throw Failure.of(
                    ExitCode.USAGE,
                    "there is no backup " + SafeText.line(named),
                    "neither in " + place.home().backups() + " nor as a folder",
                    "see ./sonia backup list");
        }
        return found;
    }

    /** The keys in this file; without one those of this home, and if it has none, those in the backup itself. */
    static List<NoteKey> keys(Workplace place, BackupFolder backup, @Nullable Path file) {
        if (file != null) {
            List<NoteKey> keys = ofFile(file);
            if (keys.isEmpty()) {
                throw Failure.of(ExitCode.USAGE, file + " holds no key", "", "give the notary.pub of the installation");
            }
            return keys;
        }
        if (Files.exists(place.home().notaryPublicKeys())) {
            return NotaryKeys.published(place.home());
        }
        place.screen().remark("no key of your own to check with: the one in the backup shows accidents only");
        return backup.ownKeys();
    }

    private static List<NoteKey> ofFile(Path file) {
        try {
            return NotaryKeys.read(Files.readString(file));
        } catch (IOException e) {
            throw Failure.of(ExitCode.USAGE, file + " cannot be read", Reason.of(e), "name another file");
        }
    }
}
