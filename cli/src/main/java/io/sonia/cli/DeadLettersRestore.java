package io.sonia.cli;

import io.sonia.contracts.backup.DeadLettersRestored;
import io.sonia.contracts.backup.RestoreDeadLetters;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Puts dead letters back from a backup. */
@Command(name = "restore", description = "Put back the dead letters of a backup that are missing here")
final class DeadLettersRestore implements Callable<Integer> {

    private final Workplace place;

    @Parameters(paramLabel = "<backup>", description = "its id, as ./sonia backup list shows it")
    private String backup = "";

    @Option(names = "--dry-run", description = "only say how many that would be")
    private boolean dryRun;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    DeadLettersRestore(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        OperatorClient client = OperatorClient.of(place);
        DeadLettersRestored restored = client.on(Operation.BACKUP_RESTORE_DEAD_LETTERS)
                .path("backup_id", backup)
                .idempotencyKey(client.ids().next("cli_"))
                .body(new RestoreDeadLetters(dryRun))
                .send(DeadLettersRestored.class);
        if (json) {
            place.screen().line(Json.text(restored));
        } else {
            place.screen()
                    .line(Words.count(restored.recordsToRestore(), "letter") + (dryRun ? " would be" : " were")
                            + " put back; " + restored.skippedExisting() + " known here");
        }
        return ExitCode.OK.code();
    }
}
