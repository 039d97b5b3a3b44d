package io.sonia.cli;

import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.PeerFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes a part of a chain out of the house, for somebody who was not there. */
@Command(
        name = "export",
        description = "Write a chain to a file that verifies without SONIA",
        footer = {
            "",
            "Without bounds: from the first entry to the last one that EVA-OS has signed.",
            "The format is in docs/audit-format.md; check the file with java -jar sonia-verifier.jar",
            "and the public keys that ./sonia audit keys names."
        })
final class AuditExport implements Callable<Integer> {

    private final Workplace place;

    @Parameters(paramLabel = "<service>", description = "whose chain, such as api-gateway")
    private String chain = "";

    @Option(names = "--from", paramLabel = "<seq>", description = "first entry")
    private @Nullable Long from;

    @Option(names = "--to", paramLabel = "<seq>", description = "last entry")
    private @Nullable Long to;

    @Option(names = "--tiles", description = "the whole tree as an archive of C2SP tiles instead")
    private boolean tiles;

    @Option(
            names = "--allow-broken",
            description = "take what is there of a chain that does not verify; no verifier accepts the file then")
    private boolean allowBroken;

    @Option(names = "--out", paramLabel = "<file>", description = "default: audit-<service>.jsonl or .zip here")
    private @Nullable Path out;

    AuditExport(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() throws IOException {
        Path file = out == null ? Path.of("audit-" + chain + (tiles ? ".zip" : ".jsonl")) : out;
        try (PeerFile export = OperatorClient.of(place)
                .onPatiently(Operation.AUDIT_EXPORT)
                .query("chain", chain)
                .query("from_seq", from)
                .query("to_seq", to)
                .query("format", tiles ? "tiles" : "file")
                .query("allow_broken", allowBroken)
                .file()) {
            write(export, file);
        }
        place.screen().line(file + " has " + Files.size(file) + " bytes");
        return ExitCode.OK.code();
    }

    /** Written aside, so that an export that breaks off leaves nothing behind that looks like one. */
    private static void write(PeerFile export, Path file) throws IOException {
        Path aside = file.resolveSibling(file.getFileName() + ".part");
        try {
            try (OutputStream to = Files.newOutputStream(aside)) {
                export.copyTo(to);
            } catch (IOException broken) {
                throw Failure.of(
                        ExitCode.NEGATIVE,
                        "the export broke off",
                        "it did not come whole, or cannot be written to " + aside,
                        "see ./sonia audit verify");
            }
            Files.move(aside, file, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(aside);
        }
    }
}
