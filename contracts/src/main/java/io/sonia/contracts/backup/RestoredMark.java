package io.sonia.contracts.backup;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Home;
import io.sonia.kernel.SecretFile;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import io.sonia.kernel.json.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * That the stores of a home were put back from a backup; EVA-OS takes note of it at its next start.
 *
 * @param whole false while files are put back: a home in that state does not start
 * @param accepted why it is accepted that what came after the backup is lost; null if nothing is known to be
 */
public record RestoredMark(
        @Text(min = 1, max = 64) String backupId,
        Instant restoredAt,
        boolean whole,
        @Nullable @Text(min = 1, max = 500) String accepted) {

    /**
     * The mark of a home; empty if its stores were not put back since the last start.
     *
     * @throws SoniaException INTEGRITY_FAILED if it cannot be read
     */
    public static Optional<RestoredMark> of(Home home) {
        if (!Files.exists(home.restored())) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    Shape.of(RestoredMark.class).read(Json.parseObject(Files.readAllBytes(home.restored()))));
        } catch (IOException | SoniaException e) {
            throw SoniaException.of(
                    ErrorCode.INTEGRITY_FAILED,
                    home.restored() + " cannot be read: restore the backup once more, which writes it anew");
        }
    }

    void write(Home home) throws IOException {
        SecretFile.createFolder(home.restored().resolveSibling(""));
        SecretFile.write(home.restored(), Json.bytes(this));
    }

    /** It has been taken note of. */
    public static void remove(Home home) {
        try {
            Files.deleteIfExists(home.restored());
        } catch (IOException e) {
            throw SoniaException.caused(ErrorCode.STORAGE_UNAVAILABLE, e);
        }
    }
}
