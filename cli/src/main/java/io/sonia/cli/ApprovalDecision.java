package io.sonia.cli;

import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.gateway.Decided;
import io.sonia.kernel.json.Json;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** One decision of an operator: shows what it is about, decides, and tells what followed. A yes waits for the run. */
abstract class ApprovalDecision implements Callable<Integer> {

    private final Workplace place;
    private final boolean approve;

    @Parameters(paramLabel = "<id>", description = "the approval, as ./sonia approvals list shows it")
    private String approvalId = "";

    @Option(names = "--reason", paramLabel = "<text>", description = "kept with the decision")
    private @Nullable String reason;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    ApprovalDecision(Workplace place, boolean approve) {
        this.place = place;
        this.approve = approve;
    }

    @Override
    public final Integer call() {
        Decisions decisions = new Decisions(OperatorClient.of(place), place.screen());
        Approval approval = decisions.find(approvalId);
        ApprovalCard.lines(approval).forEach(place.screen()::remark);
        Decided decided = decisions.decide(approval, approve, reason, approve);
        if (json) {
            place.screen().line(Json.text(decided));
            return ExitCode.OK.code();
        }
        return (decisions.show(decided) ? ExitCode.OK : ExitCode.NEGATIVE).code();
    }
}
