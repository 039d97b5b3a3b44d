package io.sonia.cli;

import io.sonia.contracts.memory.Snapshot;
import io.sonia.contracts.memory.SnapshotCreate;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Puts on record which memories are in force. */
@Command(
        name = "create",
        description = "Put on record which memories are in force now",
        footer = {"", "The newest snapshots are kept, as many as memory_engine.snapshot_keep says; older ones go."})
final class MemorySnapshotCreate implements Callable<Integer> {

    private final Workplace place;

    @Option(names = "--session", paramLabel = "<session>", description = "only the memories of this session")
    private @Nullable String session;

    @Option(names = "--note", paramLabel = "<text>", description = "what it is for")
    private @Nullable String note;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    MemorySnapshotCreate(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        Snapshot made = OperatorClient.of(place)
                .onPatiently(Operation.SNAPSHOT_CREATE)
                .body(new SnapshotCreate(session, note == null ? Map.of() : Map.of("note", note)))
                .send(Snapshot.class);
        place.screen()
                .line(
                        json
                                ? Json.text(made)
                                : made.snapshotId() + ": " + made.ledgerCount() + " memories, " + made.digest());
        return ExitCode.OK.code();
    }
}
