package io.sonia.cli;

import io.sonia.contracts.evaos.PolicyProposal;
import io.sonia.contracts.evaos.PolicyProposed;
import io.sonia.contracts.policy.PolicyDiff;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.WireNamed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Asks for a change of the policy in force. */
@Command(
        name = "propose",
        description = "Propose new policy files; they are in force once the proposal is approved",
        footer = {"", "Exit code 1 if they are refused."})
final class PolicyPropose implements Callable<Integer> {

    private final Workplace place;

    @Parameters(arity = "1..*", paramLabel = "<file or folder>", description = "the new files")
    private List<Path> files = List.of();

    @Option(names = "--reason", required = true, paramLabel = "<text>", description = "what the change is for")
    private String reason = "";

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    PolicyPropose(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() throws IOException {
        PolicyProposed proposed = OperatorClient.of(place)
                .on(Operation.POLICY_PROPOSE)
                .body(new PolicyProposal(PolicyTexts.read(files), reason))
                .send(PolicyProposed.class);
        Screen screen = place.screen();
        if (json) {
            screen.line(Json.text(proposed));
            return ExitCode.OK.code();
        }
        PolicyCompare.show(new PolicyDiff(proposed.widens(), proposed.narrows()), screen);
        screen.line("%d of %s would be judged otherwise"
                .formatted(
                        proposed.shadow().changed().size(),
                        Words.count(proposed.shadow().evaluated(), "recent call")));
        proposed.shadow()
                .changed()
                .forEach(each -> screen.line("  %s %s: %s instead of %s"
                        .formatted(
                                SafeText.line(each.toolName()),
                                SafeText.line(each.argsDigest()).substring(0, 12),
                                WireNamed.of(each.after()),
                                WireNamed.of(each.before()))));
        screen.line(SafeText.line(proposed.policyVersion()) + " waits as "
                + SafeText.line(proposed.approval().approvalId()));
        screen.remark("put it in force with ./sonia approvals approve "
                + proposed.approval().approvalId());
        return ExitCode.OK.code();
    }
}
