package io.sonia.openclaw.tools;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.openclaw.SideEffect;
import io.sonia.contracts.openclaw.Verification;
import io.sonia.contracts.openclaw.Verification.Check;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Text;
import io.sonia.openclaw.sandbox.Entry;
import io.sonia.openclaw.sandbox.Folder;
import io.sonia.openclaw.sandbox.Sandbox;
import io.sonia.openclaw.sandbox.SandboxPath;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Adds to the end of a file, which is made if it is missing. Readers see all of the addition or nothing of it. */
public final class FileAppend extends Tool<FileAppend.Args> {

    private static final ToolFacts FACTS = new ToolFacts(
            "file.append",
            "Add to a file",
            "Adds text to the end of a file in the workspace, or makes the file",
            RiskTier.GUARDED_MEDIUM,
            ToolFacts.Times.ofMillis(5000, 15_000),
            false,
            false,
            false,
            "the file has grown by exactly the bytes written and ends with them",
            List.of("file"));

    private final FileChanges changes;
    private final Sandbox sandbox;

    public FileAppend(FileChanges changes) {
        super(FACTS, Args.class, Result.class);
        this.changes = changes;
        this.sandbox = changes.sandbox();
    }

    /** What to add where. */
    public record Args(
            @Text(min = 1, max = 1024) String path,
            @Text(min = 1, max = 1_000_000) String content,
            @Default("\"utf-8\"") Encoding encoding) {}

    /** What was added, and the whole file as it is now. */
    public record Result(String path, long bytesWritten, long sizeBytes, String sha256) {}

    @Override
    public PreparedCall prepare(Args args) {
        byte[] bytes = FileChanges.bytes(args.content(), args.encoding());
        return new Call(sandbox.resolve(args.path()), bytes);
    }

    /** The file ends with the addition, at the place where that would have begun. */
    @Override
    public Optional<Verification> probe(Map<String, @Nullable Object> trace) throws IOException {
        SandboxPath path = sandbox.resolve(String.valueOf(trace.get("path")));
        changes.tidy(path, String.valueOf(trace.get("temporary")));
        long before = number(trace, "size_before");
        int length = (int) number(trace, "bytes");
        return Optional.of(grown(path, before, length, String.valueOf(trace.get("sha256")), () -> {}));
    }

    private static long number(Map<String, @Nullable Object> trace, String name) {
        return trace.get(name) instanceof Number number ? number.longValue() : 0;
    }

    private Verification grown(SandboxPath path, long before, int length, String sha256, Runnable check)
            throws IOException {
        if (sandbox.look(path).isEmpty()) {
            return Verification.of(Check.same("size_bytes", before + length, 0L));
        }
        try (Folder folder = sandbox.openParent(path)) {
            FileScan.Wanted tail = new FileScan.Wanted(before, length, changes.maxFileBytes());
            FileScan scan = FileScan.of(folder, path.name(), tail, check);
            return Verification.of(
                    Check.same("size_bytes", before + length, scan.sizeBytes()),
                    Check.same("tail_sha256", sha256, Sha256.hex(scan.part())));
        }
    }

    private final class Call extends PathCall {

        private final byte[] content;
        private final String temporary = changes.temporaryName();
        private long sizeBefore;

        Call(SandboxPath path, byte[] content) {
            super(sandbox, path);
            this.content = content;
        }

        @Override
        public void inspect() throws IOException {
            changes.requireReplaceable(path);
            sizeBefore = sandbox.look(path).map(Entry::sizeBytes).orElse(0L);
        }

        @Override
        public Map<String, @Nullable Object> trace() {
            Map<String, @Nullable Object> trace = new LinkedHashMap<>();
            trace.put("path", path.shown());
            trace.put("size_before", sizeBefore);
            trace.put("bytes", content.length);
            trace.put("sha256", Sha256.hex(content));
            trace.put("temporary", temporary);
            return trace;
        }

        @Override
        public Ran run(ToolRun run) throws IOException {
            return changes.alone(path, run, () -> append(run));
        }

        private Ran append(ToolRun run) throws IOException {
            try (Folder folder = sandbox.openParent(path)) {
                Optional<Entry> old = changes.previous(folder, path);
                FileScan.Wanted all = new FileScan.Wanted(0, changes.maxFileBytes(), changes.maxFileBytes());
                FileScan before = old.isEmpty() ? null : FileScan.of(folder, path.name(), all, run::check);
                byte[] start = before == null ? new byte[0] : before.part();
                if ((long) start.length + content.length > changes.maxFileBytes()) {
                    throw FileChanges.tooLarge(changes.maxFileBytes());
                }
                sizeBefore = start.length;
                byte[] whole = Arrays.copyOf(start, start.length + content.length);
                System.arraycopy(content, 0, whole, start.length, content.length);
                FileChanges.Content bytes = FileChanges.Content.of(whole);
                changes.replace(folder, temporary, path.name(), old.map(Entry::permissions), bytes);
                String sha256 = Sha256.hex(whole);
                String was = before == null ? null : before.sha256();
                Result result = new Result(path.shown(), content.length, whole.length, sha256);
                return Ran.of(result, new SideEffect("file", path.shown(), was, sha256));
            }
        }

        @Override
        public Verification verify(ToolRun run) throws IOException {
            return grown(path, sizeBefore, content.length, Sha256.hex(content), run::check);
        }
    }
}
