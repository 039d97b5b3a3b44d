package io.sonia.cli;

import io.sonia.contracts.audit.ExternalHeads;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.identity.NotaryKeys;
import io.sonia.kernel.settings.HeadPlaces;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lets a service start whose store is not what was signed of it. */
@Command(
        name = "accept",
        description = "Accept that a store is not what its last signed head says, so that its service may start",
        footer = {
            "",
            "For a store that was put back from a copy or lost, and for a head that is lost or damaged. What is",
            "accepted, and why, goes on record in the service's chain and in that of EVA-OS. It holds once."
        })
final class AuditAccept implements Callable<Integer> {

    private static final int LONGEST_REASON = 500;

    private final Workplace place;

    @Parameters(paramLabel = "<service>", description = "whose chain, such as openclaw")
    private String chain = "";

    @Option(names = "--reason", required = true, paramLabel = "<why>", description = "up to 500 characters")
    private String reason = "";

    AuditAccept(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() throws IOException {
        ServiceName service = ServiceName.byWireName(chain)
                .orElseThrow(() -> Failure.of(
                        ExitCode.USAGE, "there is no service " + SafeText.line(chain), "", "see ./sonia status"));
        if (reason.isBlank() || reason.length() > LONGEST_REASON) {
            throw Failure.of(ExitCode.USAGE, "a reason has 1 to 500 characters", "", "say why the loss is accepted");
        }
        ConfigGlance audit = ConfigGlance.at(place, "audit");
        HeadPlaces places = HeadPlaces.of(place.home(), audit.text("heads_directory"), audit.text("heads_git"));
        try {
            new ExternalHeads(places, () -> NotaryKeys.published(place.home()))
                    .accept(service, reason, place.clock().now());
            place.screen().line("accepted: " + chain + " may start with the store it has; next: ./sonia up");
            return ExitCode.OK.code();
        } catch (SoniaException e) {
            throw ErrorLine.local(e);
        }
    }
}
