package io.sonia.cli;

import io.sonia.contracts.incident.BundleCheck;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Checks an incident bundle with the verifier that an outsider has. */
@Command(
        name = "verify",
        description = "Check that an incident bundle is what was signed",
        footer = {
            "",
            "Runs sonia-verifier.jar; docs/audit-format.md says what it checks. Exit code 1 if it does not verify."
        })
final class IncidentVerify implements Callable<Integer> {

    private static final Duration TIME = Duration.ofMinutes(10);

    private final Workplace place;

    @Parameters(paramLabel = "<file>", description = "the bundle")
    private Path file = Path.of("");

    @Option(
            names = "--key",
            paramLabel = "<file>",
            description = "public keys of the installation it is from (default: this home's)")
    private List<Path> keys = new ArrayList<>();

    @Option(names = "--allow-unattested", description = "take audit entries that came after the last checkpoint")
    private boolean unattested;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    IncidentVerify(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        List<Path> trusted = keys.isEmpty() ? List.of(place.home().notaryPublicKeys()) : keys;
        for (Path each : trusted) {
            if (!Files.isReadable(each)) {
                throw Failure.of(
                        ExitCode.USAGE,
                        "there are no keys to check with",
                        each + " cannot be read",
                        "give --key with the notary.pub of the installation");
            }
        }
        BundleCheck.Verdict verdict = verdict(trusted);
        if (json) {
            place.screen().line(Json.text(verdict.report()));
        } else {
            place.screen().line(verdict.verified() ? "verified" : "NOT VERIFIED");
            verdict.report()
                    .forEach((name, fact) -> place.screen()
                            .line("  " + SafeText.line(name) + ": "
                                    + SafeText.line(fact instanceof String text ? text : Json.text(fact))));
        }
        return (verdict.verified() ? ExitCode.OK : ExitCode.NEGATIVE).code();
    }

    private BundleCheck.Verdict verdict(List<Path> trusted) {
        try {
            return new BundleCheck(place.dist(), place.clock()).of(file, trusted, unattested, TIME);
        } catch (SoniaException e) {
            throw Failure.of(
                    ExitCode.NEGATIVE, "the bundle was not checked", SafeText.line(e.text()), "run ./sonia build");
        }
    }
}
