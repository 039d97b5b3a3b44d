package io.sonia.cli;

import io.sonia.contracts.gateway.Action;
import io.sonia.contracts.gateway.ActionExecution;
import io.sonia.contracts.gateway.ActionState;
import io.sonia.contracts.gateway.DeadLetterReplay;
import io.sonia.contracts.gateway.DeadLetterReplayed;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Replays one dead letter. */
@Command(
        name = "replay",
        description = "Do a failed action once more, as policy allows it now",
        footer = {"", "Exit code 1 if it was refused or has failed."})
final class DeadLettersReplay implements Callable<Integer> {

    private final Workplace place;

    @Parameters(paramLabel = "<id>", description = "the letter, as ./sonia dead-letters list shows it")
    private String letterId = "";

    @Option(names = "--dry-run", description = "only say what would become of it")
    private boolean dryRun;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    DeadLettersReplay(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        OperatorClient client = OperatorClient.of(place);
        DeadLetterReplayed replayed = client.onPatiently(Operation.DEAD_LETTER_REPLAY)
                .path("letter_id", letterId)
                .idempotencyKey(client.ids().next("cli_"))
                .body(new DeadLetterReplay(dryRun))
                .send(DeadLetterReplayed.class);
        boolean refused = Boolean.FALSE.equals(replayed.replayDiff().wouldSucceed());
        if (json) {
            place.screen().line(Json.text(replayed));
        } else {
            show(replayed);
        }
        return (refused ? ExitCode.NEGATIVE : ExitCode.OK).code();
    }

    private void show(DeadLetterReplayed replayed) {
        Action action = replayed.action();
        ActionState state = replayed.replayDiff().replayState();
        String what = SafeText.line(action.intent()) + (dryRun ? " would be " : " is ") + Words.of(state);
        place.screen().line(dryRun ? what : what + " (" + action.actionId() + ")");
        ActionExecution execution = action.execution();
        if (execution != null && execution.error() != null) {
            place.screen()
                    .line("  " + execution.error().code() + ": "
                            + SafeText.line(execution.error().message()));
        }
        if (state == ActionState.PENDING_APPROVAL && !dryRun) {
            place.screen().remark("decide with ./sonia approvals approve " + action.approvalId());
        }
    }
}
