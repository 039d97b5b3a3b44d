package io.sonia.cli;

import io.sonia.contracts.audit.ProofAnswer;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Proves one entry to somebody who has nothing but the public keys. */
@Command(
        name = "prove",
        description = "Prove that one entry is on record",
        footer = {"", "Prints a proof bundle (docs/audit-format.md), or with --tlog the bare C2SP tlog-proof."})
final class AuditProve implements Callable<Integer> {

    private final Workplace place;

    @Parameters(index = "0", paramLabel = "<service>", description = "whose chain, such as eva-os")
    private String chain = "";

    @Parameters(index = "1", paramLabel = "<seq>", description = "the entry's number")
    private long seq;

    @Option(names = "--tlog", description = "only the proof, without the entry")
    private boolean tlog;

    @Option(names = "--out", paramLabel = "<file>", description = "write to a file instead of the screen")
    private @Nullable Path out;

    AuditProve(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() throws IOException {
        ProofAnswer proof = OperatorClient.of(place)
                .on(Operation.AUDIT_PROOF)
                .path("seq", Long.toString(seq))
                .query("chain", chain)
                .send(ProofAnswer.class);
        String text = tlog ? proof.tlogProof() : Json.text(bundle(proof)) + "\n";
        if (out == null) {
            text.lines().forEach(place.screen()::line);
        } else {
            Files.writeString(out, text);
            place.screen().line("entry " + seq + " of " + chain + " is proved in " + out);
        }
        return ExitCode.OK.code();
    }

    private static Map<String, @Nullable Object> bundle(ProofAnswer proof) {
        Map<String, @Nullable Object> bundle = new LinkedHashMap<>();
        bundle.put("format", "sonia-audit-proof/1");
        bundle.put("entry", proof.entry());
        bundle.put("tlog_proof", proof.tlogProof());
        return bundle;
    }
}
