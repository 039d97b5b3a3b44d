package io.sonia.openclaw.tools;

import io.sonia.contracts.openclaw.Verification;
import io.sonia.contracts.openclaw.Verification.Check;
import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import io.sonia.openclaw.sandbox.Folder;
import io.sonia.openclaw.sandbox.Refusal;
import io.sonia.openclaw.sandbox.Sandbox;
import io.sonia.openclaw.sandbox.SandboxPath;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.util.Base64;

/** Reads a file or a part of one. */
public final class FileRead extends Tool<FileRead.Args> {

    private static final ToolFacts FACTS = ToolFacts.reading(
            "file.read",
            "Read a file",
            "Reads a text file, or any file as base64, up to 4 MiB at a time",
            ToolFacts.Times.ofMillis(5000, 15_000),
            "the bytes read are as many as the file has, or as were asked for",
            "file");

    private final Sandbox sandbox;
    private final int maxFileBytes;

    public FileRead(Sandbox sandbox, int maxFileBytes) {
        super(FACTS, Args.class, Result.class);
        this.sandbox = sandbox;
        this.maxFileBytes = maxFileBytes;
    }

    /** Which file, which part, and in which form. */
    public record Args(
            @Text(min = 1, max = 1024) String path,
            @Default("\"utf-8\"") Encoding encoding,
            @Default("0") long offset,

            @Default("1048576") @Range(min = 1, max = 4_194_304)
            int maxBytes) {}

    /**
     * The part read; size and hash are those of the whole file.
     *
     * @param truncated true if the file goes on after the part
     */
    public record Result(
            String path, @Text(max = 4_194_304) String content, long sizeBytes, String sha256, boolean truncated) {}

    @Override
    public PreparedCall prepare(Args args) {
        return new Call(args, sandbox.resolve(args.path()));
    }

    private final class Call extends PathCall {

        private final Args args;
        private long bytesRead;

        Call(Args args, SandboxPath path) {
            super(sandbox, path);
            this.args = args;
        }

        @Override
        public Ran run(ToolRun run) throws IOException {
            if (path.isRoot()) {
                throw Refusal.failed("not_a_file", path.shown());
            }
            try (Folder folder = sandbox.openParent(path)) {
                FileScan.Wanted wanted = new FileScan.Wanted(args.offset(), args.maxBytes(), maxFileBytes);
                FileScan scan = FileScan.of(folder, path.name(), wanted, run::check);
                bytesRead = scan.part().length;
                boolean truncated = args.offset() + bytesRead < scan.sizeBytes();
                String content = content(scan.part(), truncated);
                return Ran.of(new Result(path.shown(), content, scan.sizeBytes(), scan.sha256(), truncated));
            }
        }

        private String content(byte[] part, boolean truncated) {
            if (args.encoding() == Encoding.BASE64) {
                return Base64.getEncoder().encodeToString(part);
            }
            try {
                return PartialText.decode(part, args.offset() > 0, truncated);
            } catch (CharacterCodingException e) {
                throw Refusal.failed("not_utf8", path.shown());
            }
        }

        @Override
        public Verification verify(ToolRun run) throws IOException {
            long size = sandbox.look(path).map(each -> each.sizeBytes()).orElse(-1L);
            long expected = Math.max(0, Math.min(size - args.offset(), args.maxBytes()));
            return Verification.of(Check.same("bytes_read", expected, bytesRead));
        }
    }
}
