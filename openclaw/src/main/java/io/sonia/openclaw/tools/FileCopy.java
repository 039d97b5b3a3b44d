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
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.attribute.PosixFilePermission;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Copies a file into the workspace or within it. */
public final class FileCopy extends Tool<FileCopy.Args> {

    private static final int CHUNK = 64 * 1024;

    private static final ToolFacts FACTS = new ToolFacts(
            "file.copy",
            "Copy a file",
            "Copies a file to another path in the workspace",
            RiskTier.GUARDED_MEDIUM,
            ToolFacts.Times.ofMillis(5000, 15_000),
            false,
            true,
            false,
            "both files are read again and have the same hash",
            List.of("file"));

    private final FileChanges changes;
    private final Sandbox sandbox;

    public FileCopy(FileChanges changes) {
        super(FACTS, Args.class, Result.class);
        this.changes = changes;
        this.sandbox = changes.sandbox();
    }

    /** Which file, where to, and whether what is there may be replaced. */
    public record Args(
            @Text(min = 1, max = 1024) String source,
            @Text(min = 1, max = 1024) String destination,
            @Default("false") boolean overwrite) {}

    /** What is in both places now. */
    public record Result(String source, String destination, long bytes, String sha256) {}

    @Override
    public PreparedCall prepare(Args args) {
        return new Call(sandbox.resolve(args.source()), sandbox.resolve(args.destination()), args.overwrite());
    }

    /** The destination holds what the source held. */
    @Override
    public Optional<Verification> probe(Map<String, @Nullable Object> trace) throws IOException {
        SandboxPath destination = sandbox.resolve(String.valueOf(trace.get("destination")));
        changes.tidy(destination, String.valueOf(trace.get("temporary")));
        String actual = sandbox.look(destination).isPresent() ? changes.hash(destination, () -> {}) : "nothing";
        return Optional.of(Verification.of(Check.same("sha256", String.valueOf(trace.get("sha256")), actual)));
    }

    private final class Call extends TransferCall {

        private long bytes;

        Call(SandboxPath source, SandboxPath destination, boolean overwrite) {
            super(FileCopy.this.changes, source, destination, overwrite);
        }

        @Override
        Ran transfer(Folder from, Folder to, Optional<Entry> old, @Nullable String before, ToolRun run)
                throws IOException {
            Entry entry = from.look(source.name()).orElseThrow(() -> Refusal.failed(Refusal.NOT_FOUND, source.shown()));
            Set<PosixFilePermission> permissions = old.orElse(entry).permissions();
            try (FileChannel in = from.read(source.name())) {
                changes.replace(to, temporary, destination.name(), Optional.of(permissions), out -> copy(in, out, run));
            }
            Result result = new Result(source.shown(), destination.shown(), bytes, sha256);
            return Ran.of(result, new SideEffect("file", destination.shown(), before, sha256));
        }

        private void copy(FileChannel in, FileChannel out, ToolRun run) throws IOException {
            MessageDigest digest = Sha256.newDigest();
            ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
            bytes = 0;
            while (in.read(chunk) >= 0) {
                run.check();
                chunk.flip();
                bytes += chunk.remaining();
                if (bytes > changes.maxFileBytes()) {
                    throw FileChanges.tooLarge(changes.maxFileBytes());
                }
                digest.update(chunk.duplicate());
                FileChanges.write(out, chunk);
                chunk.clear();
            }
            sha256 = HexFormat.of().formatHex(digest.digest());
        }

        @Override
        public Verification verify(ToolRun run) throws IOException {
            return Verification.of(
                    Check.same("source_sha256", sha256, changes.hash(source, run::check)),
                    Check.same("destination_sha256", sha256, changes.hash(destination, run::check)));
        }
    }
}
