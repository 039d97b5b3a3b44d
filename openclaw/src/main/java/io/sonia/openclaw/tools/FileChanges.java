package io.sonia.openclaw.tools;

import io.sonia.contracts.openclaw.SideEffect;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Violations;
import io.sonia.openclaw.sandbox.Entry;
import io.sonia.openclaw.sandbox.Folder;
import io.sonia.openclaw.sandbox.Refusal;
import io.sonia.openclaw.sandbox.Sandbox;
import io.sonia.openclaw.sandbox.SandboxPath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What the tools that change files share: one change at a time, room on the disk, and whole files by a temporary file in
 * the same folder, synced, then renamed over the name, then the folder synced. Readers see the old content or the new,
 * never a part.
 */
public final class FileChanges {

    /** Below this much free space nothing is written, so that the journals can go on. */
    private static final long FREE_BYTES = 512L * 1024 * 1024;

    static final Set<PosixFilePermission> NEW_FILE = PosixFilePermissions.fromString("rw-r--r--");

    private final Sandbox sandbox;
    private final int maxFileBytes;
    private final Ids ids;

    /** Between the look at the old content and the rename there is no other change. */
    private final ReentrantLock changing = new ReentrantLock();

    public FileChanges(Sandbox sandbox, int maxFileBytes, Ids ids) {
        this.sandbox = sandbox;
        this.maxFileBytes = maxFileBytes;
        this.ids = ids;
    }

    /** The work of one change. */
    interface Work {
        Ran run() throws IOException;
    }

    /** Writes what a file is to hold. */
    interface Content {
        void writeTo(FileChannel file) throws IOException;

        static Content of(byte[] bytes) {
            return file -> write(file, ByteBuffer.wrap(bytes));
        }
    }

    public Sandbox sandbox() {
        return sandbox;
    }

    public int maxFileBytes() {
        return maxFileBytes;
    }

    String temporaryName() {
        return ids.next(".sonia-");
    }

    /** Refuses what may not be written, and what is there and is no plain file. */
    void requireReplaceable(SandboxPath path) throws IOException {
        sandbox.requireWritable(path);
        if (path.isRoot()) {
            throw Refusal.failed("not_a_file", path.shown());
        }
        if (sandbox.look(path).isPresent()) {
            try (Folder folder = sandbox.openParent(path)) {
                previous(folder, path);
            }
        }
    }

    /**
     * Does the work while nothing else is changed.
     *
     * @throws SoniaException STORAGE_FULL, or the run is cancelled or late
     */
    Ran alone(SandboxPath path, ToolRun run, Work work) throws IOException {
        changing.lock();
        try {
            run.check();
            if (path.root().real().toFile().getUsableSpace() < FREE_BYTES) {
                throw SoniaException.of(ErrorCode.STORAGE_FULL);
            }
            return work.run();
        } finally {
            changing.unlock();
        }
    }

    /**
     * Writes a file that is not there yet, and the folders above it that are missing.
     *
     * @param result what the tool answers
     * @throws SoniaException TOOL_FAILED with reason {@code exists}, and what {@link #alone} refuses
     */
    public Ran create(SandboxPath path, byte[] content, ToolRun run, Record result) throws IOException {
        return alone(path, run, () -> {
            List<SandboxPath> made = new ArrayList<>();
            try (Folder folder = sandbox.makeParent(path, made)) {
                if (previous(folder, path).isPresent()) {
                    throw Refusal.failed("exists", path.shown());
                }
                replace(folder, temporaryName(), path.name(), Optional.empty(), Content.of(content));
            }
            List<SideEffect> effects = new ArrayList<>();
            made.forEach(each -> effects.add(new SideEffect("directory", each.shown(), null, null)));
            effects.add(new SideEffect("file", path.shown(), null, Sha256.hex(content)));
            return new Ran(result, effects, null);
        });
    }

    /** The file of that name; refuses what is there and is none. */
    Optional<Entry> previous(Folder folder, SandboxPath path) throws IOException {
        Optional<Entry> old = folder.look(path.name());
        if (old.isPresent()) {
            folder.requirePlain(path.name());
        }
        return old;
    }

    /** The content of a file before a change. */
    FileScan scan(Folder folder, SandboxPath path, ToolRun run) throws IOException {
        return FileScan.of(folder, path.name(), FileScan.Wanted.hashOnly(maxFileBytes), run::check);
    }

    public String hash(SandboxPath path, Runnable check) throws IOException {
        return FileScan.hash(sandbox, path, maxFileBytes, check);
    }

    /** Puts content in the place of what has the name. A replaced file keeps its permissions. */
    void replace(
            Folder folder,
            String temporary,
            String name,
            Optional<Set<PosixFilePermission>> permissions,
            Content content)
            throws IOException {
        try (FileChannel file = folder.create(temporary, permissions.orElse(NEW_FILE))) {
            content.writeTo(file);
            if (permissions.isPresent()) {
                // A new file has what the umask leaves, a replaced one keeps what it had.
                folder.permit(temporary, permissions.get());
            }
            file.force(true);
        } catch (IOException | SoniaException e) {
            folder.delete(temporary);
            throw e;
        }
        folder.rename(temporary, name);
        folder.sync();
    }

    /** Deletes what a change left behind that a crash cut off. */
    void tidy(SandboxPath path, String temporary) throws IOException {
        if (sandbox.look(sandbox.sibling(path, temporary)).isPresent()) {
            try (Folder folder = sandbox.openParent(path)) {
                folder.delete(temporary);
            }
        }
    }

    static void write(FileChannel file, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
    }

    /** The bytes that an argument {@code content} stands for. */
    static byte[] bytes(String content, Encoding encoding) {
        if (encoding == Encoding.UTF_8) {
            return content.getBytes(StandardCharsets.UTF_8);
        }
        try {
            return Base64.getDecoder().decode(content);
        } catch (IllegalArgumentException e) {
            throw Violations.single("args.content", "encoding", "expected base64");
        }
    }

    static SoniaException tooLarge(int maxFileBytes) {
        return SoniaException.of(ErrorCode.PAYLOAD_TOO_LARGE, "The file is larger than tools may handle")
                .with("limit_bytes", maxFileBytes);
    }
}
