package io.sonia.openclaw.tools;

import io.sonia.kernel.Sha256;
import io.sonia.kernel.SoniaException;
import io.sonia.openclaw.sandbox.Folder;
import io.sonia.openclaw.sandbox.Sandbox;
import io.sonia.openclaw.sandbox.SandboxPath;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.util.HexFormat;

/** One pass over a whole file: its hash, its size, and the part somebody wants. */
final class FileScan {

    private static final int CHUNK = 64 * 1024;

    private final String sha256;
    private final long sizeBytes;
    private final byte[] part;

    private FileScan(String sha256, long sizeBytes, byte[] part) {
        this.sha256 = sha256;
        this.sizeBytes = sizeBytes;
        this.part = part;
    }

    /** What part of a file to keep, and how large the file may be. */
    record Wanted(long offset, int length, int maxFileBytes) {

        static Wanted hashOnly(int maxFileBytes) {
            return new Wanted(0, 0, maxFileBytes);
        }
    }

    /**
     * Reads a file.
     *
     * @param check called between chunks; what it throws ends the pass
     * @throws SoniaException PAYLOAD_TOO_LARGE, and what {@link Folder#read} refuses
     */
    static FileScan of(Folder folder, String name, Wanted wanted, Runnable check) throws IOException {
        try (FileChannel file = folder.read(name)) {
            long size = file.size();
            requireFits(size, wanted);
            ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, size + 1));
            ByteArrayOutputStream part = new ByteArrayOutputStream((int) Math.min(wanted.length(), size));
            MessageDigest digest = Sha256.newDigest();
            long at = 0;
            while (file.read(chunk) >= 0) {
                check.run();
                int read = chunk.position();
                digest.update(chunk.array(), 0, read);
                keep(chunk.array(), read, at, wanted, part);
                at += read;
                requireFits(at, wanted);
                chunk.clear();
            }
            return new FileScan(HexFormat.of().formatHex(digest.digest()), at, part.toByteArray());
        }
    }

    /** The hash of a whole file, as {@link #of} reads it. */
    static String hash(Sandbox sandbox, SandboxPath path, int maxFileBytes, Runnable check) throws IOException {
        try (Folder folder = sandbox.openParent(path)) {
            return of(folder, path.name(), Wanted.hashOnly(maxFileBytes), check).sha256();
        }
    }

    String sha256() {
        return sha256;
    }

    long sizeBytes() {
        return sizeBytes;
    }

    byte[] part() {
        return part;
    }

    private static void keep(byte[] chunk, int length, long at, Wanted wanted, ByteArrayOutputStream part) {
        long from = Math.max(at, wanted.offset());
        long to = Math.min(at + length, wanted.offset() + wanted.length());
        if (from < to) {
            part.write(chunk, (int) (from - at), (int) (to - from));
        }
    }

    private static void requireFits(long size, Wanted wanted) {
        if (size > wanted.maxFileBytes()) {
            throw FileChanges.tooLarge(wanted.maxFileBytes());
        }
    }
}
