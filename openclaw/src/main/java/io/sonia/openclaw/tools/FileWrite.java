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
import io.sonia.openclaw.sandbox.Refusal;
import io.sonia.openclaw.sandbox.Sandbox;
import io.sonia.openclaw.sandbox.SandboxPath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes a whole file: readers see the old content or the new, never a part. */
public final class FileWrite extends Tool<FileWrite.Args> {

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

    private final FileChanges changes;
    private final Sandbox sandbox;

    public FileWrite(FileChanges changes) {
        super(FACTS, Args.class, Result.class);
        this.changes = changes;
        this.sandbox = changes.sandbox();
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
        return new Call(args, sandbox.resolve(args.path()), FileChanges.bytes(args.content(), args.encoding()));
    }

    /** The file has the content, or the write never came so far; the temporary file is of no more use. */
    @Override
    public Optional<Verification> probe(Map<String, @Nullable Object> trace) throws IOException {
        SandboxPath path = sandbox.resolve(String.valueOf(trace.get("path")));
        changes.tidy(path, String.valueOf(trace.get("temporary")));
        String actual = sandbox.look(path).isPresent() ? changes.hash(path, () -> {}) : "nothing";
        return Optional.of(Verification.of(Check.same("sha256", String.valueOf(trace.get("sha256")), actual)));
    }

    private final class Call extends PathCall {

        private final Args args;
        private final byte[] content;
        private final String sha256;
        private final String temporary = changes.temporaryName();

        Call(Args args, SandboxPath path, byte[] content) {
            super(sandbox, path);
            this.args = args;
            this.content = content;
            this.sha256 = Sha256.hex(content);
        }

        @Override
        public void inspect() throws IOException {
            changes.requireReplaceable(path);
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
            return changes.alone(path, run, () -> write(run));
        }

        private Ran write(ToolRun run) throws IOException {
            List<SandboxPath> made = new ArrayList<>();
            try (Folder folder = args.createParents() ? sandbox.makeParent(path, made) : sandbox.openParent(path)) {
                Optional<Entry> old = changes.previous(folder, path);
                String before =
                        old.isEmpty() ? null : changes.scan(folder, path, run).sha256();
                if (args.expectedSha256() != null && !args.expectedSha256().equals(before)) {
                    throw Refusal.failed("precondition_failed", path.shown()).with("actual_sha256", before);
                }
                FileChanges.Content bytes = FileChanges.Content.of(content);
                changes.replace(folder, temporary, path.name(), old.map(Entry::permissions), bytes);
                List<SideEffect> effects = new ArrayList<>();
                made.forEach(each -> effects.add(new SideEffect("directory", each.shown(), null, null)));
                effects.add(new SideEffect("file", path.shown(), before, sha256));
                Result result = new Result(path.shown(), content.length, sha256, old.isPresent(), before);
                return new Ran(result, effects, null);
            }
        }

        @Override
        public Verification verify(ToolRun run) throws IOException {
            return Verification.of(Check.same("sha256", sha256, changes.hash(path, run::check)));
        }
    }
}
