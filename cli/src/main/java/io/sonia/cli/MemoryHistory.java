package io.sonia.cli;

import io.sonia.contracts.memory.VersionList;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists the versions of a memory. */
@Command(name = "history", description = "List all versions of a memory, oldest first")
final class MemoryHistory implements Callable<Integer> {

    private static final int PAGE = 200;

    private final Workplace place;

    @Parameters(paramLabel = "<memory>", description = "id of any version")
    private String id = "";

    @Option(names = "--json", description = "print JSON, a line for each page")
    private boolean json;

    MemoryHistory(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        OperatorClient client = OperatorClient.of(place);
        Table table = new Table("MEMORY", "VERSION", "RECORDED", "HOLDS UNTIL", "CONTENT");
        String cursor = null;
        do {
            VersionList page = client.on(Operation.MEMORY_VERSIONS)
                    .path("memory_id", id)
                    .query("limit", PAGE)
                    .query("cursor", cursor)
                    .send(VersionList.class);
            if (json) {
                place.screen().line(Json.text(page));
            }
            page.versions()
                    .forEach(each -> table.add(
                            each.id(),
                            each.version(),
                            each.recordedAt(),
                            each.validUntil() == null ? "-" : each.validUntil(),
                            each.content()));
            cursor = page.nextCursor();
        } while (cursor != null);
        if (!json) {
            table.show(place.screen());
        }
        return ExitCode.OK.code();
    }
}
