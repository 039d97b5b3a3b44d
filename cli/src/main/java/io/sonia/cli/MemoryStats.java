package io.sonia.cli;

import io.sonia.contracts.memory.Stats;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Says how much is remembered. */
@Command(name = "stats", description = "Say how much is remembered, of which types, and what it takes on disk")
final class MemoryStats implements Callable<Integer> {

    private final Workplace place;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    MemoryStats(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        Stats stats = OperatorClient.of(place).on(Operation.MEMORY_STATS).send(Stats.class);
        if (json) {
            place.screen().line(Json.text(stats));
            return ExitCode.OK.code();
        }
        Table table = new Table("TYPE", "MEMORIES");
        stats.byType().forEach(table::add);
        table.show(place.screen());
        place.screen()
                .line(stats.activeMemories() + " in force, " + stats.totalMemories() + " in all, "
                        + stats.index().keywordDocs() + " in the index, " + stats.storeBytes() / 1024 + " KiB on disk");
        place.screen().line(vectors(stats.index()));
        return ExitCode.OK.code();
    }

    private static String vectors(Stats.Index index) {
        return index.provider() == null
                ? "no embedding model: memories are found by words only"
                : index.vectors() + " vectors of " + index.provider() + ", " + index.pending() + " pending";
    }
}
