package io.sonia.kernel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/**
 * Files that only their owner may read: keys and tokens. Written aside, synced and renamed, so that neither a reader nor a
 * crash meets half of one.
 */
public final class SecretFile {

    private static final int MAX_BYTES = 1 << 20;
    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OWNER_FOLDER = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> OTHERS = EnumSet.complementOf(EnumSet.of(
            PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE));

    private SecretFile() {}

    /** Writes or replaces a file; its folder must exist. */
    public static void write(Path file, byte[] content) throws IOException {
        Path aside = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(aside);
        Files.createFile(aside, PosixFilePermissions.asFileAttribute(OWNER));
        try (FileChannel channel = FileChannel.open(aside, StandardOpenOption.WRITE)) {
            ByteBuffer rest = ByteBuffer.wrap(content);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            channel.force(true);
        }
        Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel folder = FileChannel.open(aside.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    /** Makes a folder, and those above it, for its owner only; an existing one is left as it is. */
    public static void createFolder(Path folder) throws IOException {
        Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(OWNER_FOLDER));
    }

    /**
     * Reads a file that nobody but its owner may read.
     *
     * @param cure what to do when the file cannot be used, as an imperative without a full stop
     * @throws SoniaException AUTH_UNAVAILABLE naming the file, what is wrong with it and the cure
     */
    public static byte[] read(Path file, String cure) {
        try {
            Set<PosixFilePermission> open = EnumSet.noneOf(PosixFilePermission.class);
            open.addAll(Files.getPosixFilePermissions(file));
            open.retainAll(OTHERS);
            if (!open.isEmpty()) {
                throw refused(file, "can be used by others than its owner", "run chmod 600 " + file);
            }
            if (Files.size(file) > MAX_BYTES) {
                throw refused(file, "is larger than any key", cure);
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw refused(file, "is missing", cure);
        } catch (IOException | UnsupportedOperationException e) {
            throw refused(file, "cannot be read with its permissions", cure);
        }
    }

    /** The refusal of a file that is there but not what it should be. */
    public static SoniaException refused(Path file, String wrong, String cure) {
        return SoniaException.of(ErrorCode.AUTH_UNAVAILABLE, file + " " + wrong + ": " + cure);
    }
}
