package io.sonia.openclaw.tools;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.openclaw.SideEffect;
import io.sonia.contracts.openclaw.Verification;
import io.sonia.contracts.openclaw.Verification.Check;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Text;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Writes a whole file: a temporary file in the same folder, synced, then renamed over the name, then the folder synced.
 * Readers see the old content or the new, never a part.
 */
public final class FileWrite extends Tool<FileWrite.Args> {

    /** Below this much free space nothing is written, so that the journals can go on. */
    private static final long FREE_BYTES = 512L * 1024 * 1024;

    private static final Set<PosixFilePermission> NEW_FILE = PosixFilePermissions.fromString("rw-r--r--");

    private static final ToolFacts FACTS = new ToolFacts(
            "file.write",
            "Write a file",
            "Writes a file in the workspace, replacing what was there",
            RiskTier.GUARDED_MEDIUM,
            ToolFacts.Times.ofMillis(5000, 15_000),
            false,
            true,
            false,
            "the file is read again and has the hash of the content",
            List.of("file"));

    private final Sandbox sandbox;
    private final int maxFileBytes;
    private final Ids ids;

    /** One write at a time, so that between the look at the old content and the rename there is no other one. */
    private final ReentrantLock writing = new ReentrantLock();

    public FileWrite(Sandbox sandbox, int maxFileBytes, Ids ids) {
        super(FACTS, Args.class, Result.class);
        this.sandbox = sandbox;
        this.maxFileBytes = maxFileBytes;
        this.ids = ids;
    }

    /**
     * What to write where.
     *
     * @param expectedSha256 when given, the file must have this content before
     */
    public record Args(
            @Text(min = 1, max = 1024) String path,
            @Text(max = 1_000_000) String content,
            @Default("\"utf-8\"") Encoding encoding,
            @Default("false") boolean createParents,

            @Nullable @Text(min = 64, max = 64, pattern = "[0-9a-f]{64}")
            String expectedSha256) {}

    /** What is there now, and what was there before. */
    public record Result(
            String path,
            long bytesWritten,
            String sha256,
            boolean existed,
            @Nullable String previousSha256) {}

    @Override
    public PreparedCall prepare(Args args) {
        return new Call(args, sandbox.resolve(args.path()), bytes(args));
    }

    /** The file has the content, or the write never came so far; the temporary file is of no more use. */
    @Override
    public Optional<Verification> probe(Map<String, @Nullable Object> trace) throws IOException {
        SandboxPath path = sandbox.resolve(String.valueOf(trace.get("path")));
        String temporary = String.valueOf(trace.get("temporary"));
        if (sandbox.look(sandbox.sibling(path, temporary)).isPresent()) {
            try (Folder folder = sandbox.openParent(path)) {
                folder.delete(temporary);
            }
        }
        String actual =
                sandbox.look(path).isPresent() ? FileScan.hash(sandbox, path, maxFileBytes, () -> {}) : "nothing";
        return Optional.of(Verification.of(Check.same("sha256", String.valueOf(trace.get("sha256")), actual)));
    }

    private static byte[] bytes(Args args) {
        if (args.encoding() == Encoding.UTF_8) {
            return args.content().getBytes(StandardCharsets.UTF_8);
        }
        try {
            return Base64.getDecoder().decode(args.content());
        } catch (IllegalArgumentException e) {
            throw Violations.single("args.content", "encoding", "expected base64");
        }
    }

    private final class Call extends PathCall {

        private final Args args;
        private final byte[] content;
        private final String sha256;
        private final String temporary = ids.next(".sonia-");

        Call(Args args, SandboxPath path, byte[] content) {
            super(sandbox, path);
            this.args = args;
            this.content = content;
            this.sha256 = Sha256.hex(content);
        }

        @Override
        public void inspect() throws IOException {
            sandbox.requireWritable(path);
            if (path.isRoot()) {
                throw Refusal.failed("not_a_file", path.shown());
            }
            if (sandbox.look(path).isPresent()) {
                try (Folder folder = sandbox.openParent(path)) {
                    previous(folder);
                }
            }
        }

        @Override
        public Map<String, @Nullable Object> trace() {
            Map<String, @Nullable Object> trace = new LinkedHashMap<>();
            trace.put("path", path.shown());
            trace.put("sha256", sha256);
            trace.put("temporary", temporary);
            return trace;
        }

        @Override
        public Ran run(ToolRun run) throws IOException {
            writing.lock();
            try {
                run.check();
                if (path.root().real().toFile().getUsableSpace() < FREE_BYTES) {
                    throw SoniaException.of(ErrorCode.STORAGE_FULL);
                }
                return write(run);
            } finally {
                writing.unlock();
            }
        }

        private Ran write(ToolRun run) throws IOException {
            List<SandboxPath> made = new ArrayList<>();
            try (Folder folder =
                    args.createParents() ? sandbox.makeParent(path, temporary, made) : sandbox.openParent(path)) {
                Optional<Entry> old = previous(folder);
                FileScan.Wanted all = FileScan.Wanted.hashOnly(maxFileBytes);
                String before = old.isEmpty()
                        ? null
                        : FileScan.of(folder, path.name(), all, run::check).sha256();
                if (args.expectedSha256() != null && !args.expectedSha256().equals(before)) {
                    throw Refusal.failed("precondition_failed", path.shown()).with("actual_sha256", before);
                }
                replace(folder, old.map(Entry::permissions));
                List<SideEffect> effects = new ArrayList<>();
                made.forEach(each -> effects.add(new SideEffect("directory", each.shown(), null, null)));
                effects.add(new SideEffect("file", path.shown(), before, sha256));
                Result result = new Result(path.shown(), content.length, sha256, old.isPresent(), before);
                return new Ran(result, effects, null);
            }
        }

        private Optional<Entry> previous(Folder folder) throws IOException {
            Optional<Entry> old = folder.look(path.name());
            if (old.isPresent()) {
                folder.requirePlain(path.name(), old.get());
            }
            return old;
        }

        private void replace(Folder folder, Optional<Set<PosixFilePermission>> permissions) throws IOException {
            FileChannel created = folder.create(temporary, permissions.orElse(NEW_FILE));
            try (FileChannel file = created) {
                ByteBuffer bytes = ByteBuffer.wrap(content);
                while (bytes.hasRemaining()) {
                    file.write(bytes);
                }
                if (permissions.isPresent()) {
                    // A new file has what the umask leaves, a replaced one keeps what it had.
                    folder.permit(temporary, permissions.get());
                }
                file.force(true);
            } catch (IOException e) {
                folder.delete(temporary);
                throw e;
            }
            folder.rename(temporary, path.name());
            folder.sync();
        }

        @Override
        public Verification verify(ToolRun run) throws IOException {
            return Verification.of(
                    Check.same("sha256", sha256, FileScan.hash(sandbox, path, maxFileBytes, run::check)));
        }
    }
}
