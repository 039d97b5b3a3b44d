package io.sonia.openclaw.tools;

import io.sonia.contracts.openclaw.Verification;
import io.sonia.contracts.openclaw.Verification.Check;
import io.sonia.kernel.json.Text;
import io.sonia.openclaw.sandbox.Entry;
import io.sonia.openclaw.sandbox.Sandbox;
import io.sonia.openclaw.sandbox.SandboxPath;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tells what is at a path. */
public final class FileStat extends Tool<FileStat.Args> {

    private static final ToolFacts FACTS = ToolFacts.reading(
            "file.stat",
            "Look at a file",
            "Tells whether a path exists, what it is, its size, age and SHA-256",
            ToolFacts.Times.ofMillis(2000, 5000),
            "a second look agrees with the first",
            "file");

    private final Sandbox sandbox;
    private final int maxFileBytes;

    public FileStat(Sandbox sandbox, int maxFileBytes) {
        super(FACTS, Args.class, Result.class);
        this.sandbox = sandbox;
        this.maxFileBytes = maxFileBytes;
    }

    /** Which path. */
    public record Args(@Text(min = 1, max = 1024) String path) {}

    /** What is there; {@code sha256} only of files that are not too large to be read. */
    public record Result(
            String path,
            boolean exists,
            Entry.@Nullable Kind kind,
            @Nullable Long sizeBytes,
            @Nullable Instant modifiedAt,
            @Nullable String sha256) {}

    @Override
    public PreparedCall prepare(Args args) {
        return new Call(sandbox.resolve(args.path()));
    }

    private final class Call extends PathCall {

        private String found = "";

        Call(SandboxPath path) {
            super(sandbox, path);
        }

        @Override
        public Ran run(ToolRun run) throws IOException {
            Optional<Entry> look = sandbox.look(path);
            found = summary(look);
            if (look.isEmpty()) {
                return Ran.of(new Result(path.shown(), false, null, null, null, null));
            }
            Entry entry = look.get();
            boolean hashed = entry.kind() == Entry.Kind.FILE && entry.sizeBytes() <= maxFileBytes;
            String sha256 = hashed ? FileScan.hash(sandbox, path, maxFileBytes, run::check) : null;
            return Ran.of(new Result(path.shown(), true, entry.kind(), entry.sizeBytes(), entry.modifiedAt(), sha256));
        }

        @Override
        public Verification verify(ToolRun run) throws IOException {
            return Verification.of(Check.same("second_look", found, summary(sandbox.look(path))));
        }
    }

    private static String summary(Optional<Entry> look) {
        return look.map(each -> each.kind() + " " + each.sizeBytes() + " " + each.modifiedAt())
                .orElse("nothing");
    }
}
