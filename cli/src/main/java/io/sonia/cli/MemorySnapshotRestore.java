package io.sonia.cli;

import io.sonia.contracts.memory.SnapshotRestored;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Puts the memories of a snapshot in force again. */
@Command(
        name = "restore",
        description = "Put the memories of a snapshot in force again, or say what that would change",
        footer = {
            "",
            "Deleted memories come back, changed ones get their former content as a new version, later ones are deleted.",
            "Nothing is lost by it, and what was redacted or erased stays away. Documents are left alone."
        })
final class MemorySnapshotRestore implements Callable<Integer> {

    private final Workplace place;

    @Parameters(paramLabel = "<snapshot>", description = "id of a snapshot")
    private String id = "";

    @Option(names = "--yes", description = "restore it; without it nothing is changed")
    private boolean yes;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    MemorySnapshotRestore(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        SnapshotRestored done = OperatorClient.of(place)
                .onPatiently(Operation.SNAPSHOT_RESTORE)
                .path("snapshot_id", id)
                .query("dry_run", !yes)
                .send(SnapshotRestored.class);
        if (json) {
            place.screen().line(Json.text(done));
            return ExitCode.OK.code();
        }
        place.screen()
                .line(done.reactivated() + " come back, " + done.reverted() + " get their former content, "
                        + done.archived() + " are deleted, " + done.unchanged() + " stay as they are, "
                        + done.withheld() + " stay away");
        if (!yes) {
            place.screen().line("nothing was changed; add --yes to restore the snapshot");
        }
        return ExitCode.OK.code();
    }
}
