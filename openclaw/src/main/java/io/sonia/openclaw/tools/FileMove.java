package io.sonia.openclaw.tools;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.openclaw.SideEffect;
import io.sonia.contracts.openclaw.Verification;
import io.sonia.contracts.openclaw.Verification.Check;
import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Text;
import io.sonia.openclaw.sandbox.Entry;
import io.sonia.openclaw.sandbox.Folder;
import io.sonia.openclaw.sandbox.Sandbox;
import io.sonia.openclaw.sandbox.SandboxPath;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Gives a file another path in the workspace, at once or not at all. */
public final class FileMove extends Tool<FileMove.Args> {

    private static final ToolFacts FACTS = new ToolFacts(
            "file.move",
            "Move a file",
            "Moves or renames a file in the workspace",
            RiskTier.GUARDED_MEDIUM,
            ToolFacts.Times.ofMillis(5000, 15_000),
            false,
            false,
            true,
            "nothing is left at the old path and the file at the new one has the same hash",
            List.of("file"));

    private final FileChanges changes;
    private final Sandbox sandbox;

    public FileMove(FileChanges changes) {
        super(FACTS, Args.class, Result.class);
        this.changes = changes;
        this.sandbox = changes.sandbox();
    }

    /** Which file, where to, and whether what is there may be replaced. */
    public record Args(
            @Text(min = 1, max = 1024) String source,
            @Text(min = 1, max = 1024) String destination,
            @Default("false") boolean overwrite) {}

    /** Where the file was and is, and what it holds. */
    public record Result(String source, String destination, String sha256) {}

    @Override
    public PreparedCall prepare(Args args) {
        return new Call(sandbox.resolve(args.source()), sandbox.resolve(args.destination()), args.overwrite());
    }

    @Override
    public Optional<Verification> probe(Map<String, @Nullable Object> trace) throws IOException {
        SandboxPath source = sandbox.resolve(String.valueOf(trace.get("source")));
        SandboxPath destination = sandbox.resolve(String.valueOf(trace.get("destination")));
        Optional<Entry> there = sandbox.look(destination);
        boolean onlyTaken = Boolean.TRUE.equals(trace.get("is_new"))
                && sandbox.look(source).isPresent()
                && there.filter(each -> each.kind() == Entry.Kind.FILE && each.sizeBytes() == 0)
                        .isPresent();
        if (onlyTaken) {
            try (Folder folder = sandbox.openParent(destination)) {
                folder.delete(destination.name());
            }
        }
        return Optional.of(moved(source, destination, String.valueOf(trace.get("sha256")), () -> {}));
    }

    private Verification moved(SandboxPath source, SandboxPath destination, String sha256, Runnable check)
            throws IOException {
        boolean gone = sandbox.look(source).isEmpty();
        String actual = sandbox.look(destination).isPresent() ? changes.hash(destination, check) : "nothing";
        return Verification.of(
                new Check("source_gone", gone, "true", Boolean.toString(gone)),
                Check.same("destination_sha256", sha256, actual));
    }

    private final class Call extends TransferCall {

        Call(SandboxPath source, SandboxPath destination, boolean overwrite) {
            super(FileMove.this.changes, source, destination, overwrite);
        }

        @Override
        public void inspect() throws IOException {
            sandbox.requireWritable(source);
            super.inspect();
        }

        @Override
        Ran transfer(Folder from, Folder to, Optional<Entry> old, @Nullable String before, ToolRun run)
                throws IOException {
            sha256 = changes.scan(from, source, run).sha256();
            if (old.isEmpty()) {
                // Takes the name first, so that what appears there meanwhile is not replaced.
                to.create(destination.name(), FileChanges.NEW_FILE).close();
            }
            try {
                from.move(source.name(), to, destination.name());
            } catch (IOException e) {
                if (old.isEmpty()) {
                    to.delete(destination.name());
                }
                throw e;
            }
            to.sync();
            from.sync();
            Result result = new Result(source.shown(), destination.shown(), sha256);
            return new Ran(
                    result,
                    List.of(
                            new SideEffect("file", source.shown(), sha256, null),
                            new SideEffect("file", destination.shown(), before, sha256)),
                    null);
        }

        @Override
        public Verification verify(ToolRun run) throws IOException {
            return moved(source, destination, sha256, run::check);
        }
    }
}
