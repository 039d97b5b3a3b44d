package io.sonia.cli;

import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.gateway.PendingList;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists what waits for a decision. */
@Command(name = "list", description = "List what waits for a decision, newest first")
final class ApprovalsList implements Callable<Integer> {

    private static final int LONGEST_ARGS = 60;
    private static final int PAGE = 200;

    private final Workplace place;

    @Option(names = "--session", paramLabel = "<id>", description = "only those of one session")
    private @Nullable String session;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    ApprovalsList(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        PendingList list = OperatorClient.of(place)
                .on(Operation.CONFIRMATION_PENDING)
                .query("session_id", session)
                .query("limit", PAGE)
                .send(PendingList.class);
        if (json) {
            place.screen().line(Json.text(list));
        } else if (list.pending().isEmpty()) {
            place.screen().line("nothing waits for a decision");
        } else {
            show(list);
        }
        return ExitCode.OK.code();
    }

    private void show(PendingList list) {
        Table table = new Table("APPROVAL", "TOOL", "RISK", "EXPIRES IN", "ARGUMENTS");
        for (Approval approval : list.pending()) {
            table.add(
                    approval.approvalId(),
                    approval.toolName(),
                    Words.of(approval.riskTier()),
                    Words.seconds(Math.max(0, approval.remainingSeconds())),
                    ApprovalCard.brief(approval.args(), LONGEST_ARGS));
        }
        table.show(place.screen());
        place.screen().remark("decide with ./sonia approvals approve <id> or deny <id>");
    }
}
