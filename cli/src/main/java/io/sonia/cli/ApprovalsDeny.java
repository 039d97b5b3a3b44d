package io.sonia.cli;

import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.gateway.Decided;
import io.sonia.kernel.json.Json;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Deny one call. */
@Command(name = "deny", description = "Deny one call; it will not run")
final class ApprovalsDeny implements Callable<Integer> {

    private final Workplace place;

    @Parameters(paramLabel = "<id>", description = "the approval, as ./sonia approvals list shows it")
    private String approvalId = "";

    @Option(names = "--reason", paramLabel = "<text>", description = "kept with the decision")
    private @Nullable String reason;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    ApprovalsDeny(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        Decisions decisions = new Decisions(OperatorClient.of(place), place.screen());
        Approval approval = decisions.find(approvalId);
        ApprovalCard.lines(approval).forEach(place.screen()::remark);
        Decided decided = decisions.decide(approval, false, reason, false);
        if (json) {
            place.screen().line(Json.text(decided));
            return ExitCode.OK.code();
        }
        return (decisions.show(decided) ? ExitCode.OK : ExitCode.NEGATIVE).code();
    }
}
