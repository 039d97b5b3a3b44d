package io.sonia.kernel.process;

import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * The three facts that name one process for ever; a pid alone comes back to a stranger.
 *
 * @param startTicks clock ticks from boot to its start
 * @param bootId the random id the kernel has drawn at boot
 */
public record PidRecord(
        @Range(min = 2) long pid,
        @Range(max = Json.MAX_INTEGER) long startTicks,
        String bootId) {

    private static final int MAX_BYTES = 1024;

    /** Writes or replaces the file, so that a reader never meets half of it; its folder must exist. */
    public void write(Path file) throws IOException {
        Path aside = file.resolveSibling(file.getFileName() + ".new");
        Files.write(aside, Json.bytes(this));
        Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Reads a file back; empty if there is none, or none that can be trusted. */
    public static Optional<PidRecord> read(Path file) throws IOException {
        try {
            if (Files.size(file) > MAX_BYTES) {
                return Optional.empty();
            }
            return Optional.of(Shape.of(PidRecord.class).read(Json.parseObject(Files.readAllBytes(file))));
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        } catch (SoniaException malformed) {
            return Optional.empty();
        }
    }
}
