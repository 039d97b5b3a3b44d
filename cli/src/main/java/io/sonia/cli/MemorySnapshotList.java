package io.sonia.cli;

import io.sonia.contracts.memory.SnapshotList;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists the snapshots of the memory. */
@Command(name = "list", description = "List the snapshots, newest first")
final class MemorySnapshotList implements Callable<Integer> {

    private static final int PAGE = 200;

    private final Workplace place;

    @Option(names = "--json", description = "print JSON, a line for each page")
    private boolean json;

    MemorySnapshotList(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        OperatorClient client = OperatorClient.of(place);
        Table table = new Table("SNAPSHOT", "CREATED", "MEMORIES", "SESSION", "NOTE");
        String cursor = null;
        do {
            SnapshotList page = client.on(Operation.SNAPSHOT_LIST)
                    .query("limit", PAGE)
                    .query("cursor", cursor)
                    .send(SnapshotList.class);
            if (json) {
                place.screen().line(Json.text(page));
            }
            page.snapshots()
                    .forEach(each -> table.add(
                            each.snapshotId(),
                            each.createdAt(),
                            each.ledgerCount(),
                            each.sessionId() == null ? "-" : each.sessionId(),
                            String.valueOf(each.metadata().getOrDefault("note", "-"))));
            cursor = page.nextCursor();
        } while (cursor != null);
        if (!json) {
            table.show(place.screen());
        }
        return ExitCode.OK.code();
    }
}
