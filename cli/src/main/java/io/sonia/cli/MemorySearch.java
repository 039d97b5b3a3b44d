package io.sonia.cli;

import io.sonia.contracts.memory.SearchAnswer;
import io.sonia.contracts.memory.SearchMode;
import io.sonia.contracts.memory.SearchRequest;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Finds memories. */
@Command(name = "search", description = "Find memories by their words, best first")
final class MemorySearch implements Callable<Integer> {

    private final Workplace place;

    @Parameters(arity = "1..*", paramLabel = "<words>", description = "what to look for")
    private List<String> words = List.of();

    @Option(
            names = "--user",
            paramLabel = "<id>",
            description = "only what this person's turns left; default: everybody's")
    private @Nullable String user;

    @Option(names = "--exact", description = "the text as it stands, A to Z in either case")
    private boolean exact;

    @Option(names = "--history", description = "also what newer versions took the place of, or what holds no more")
    private boolean history;

    @Option(names = "--as-of", paramLabel = "<time>", description = "as it was known at this time (RFC 3339)")
    private @Nullable Instant asOf;

    @Option(names = "--limit", paramLabel = "<n>", description = "at most so many (1 to 100)")
    private int limit = 10;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    MemorySearch(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        SearchMode mode = exact ? SearchMode.SUBSTRING : SearchMode.KEYWORD;
        SearchRequest request =
                new SearchRequest(String.join(" ", words), limit, null, mode, user, null, List.of(), 0, asOf, history);
        SearchAnswer answer = OperatorClient.of(place)
                .on(Operation.MEMORY_SEARCH)
                .body(request)
                .send(SearchAnswer.class);
        if (json) {
            place.screen().line(Json.text(answer));
            return ExitCode.OK.code();
        }
        Table table = new Table("MEMORY", "TYPE", "SCORE", "CREATED", "CONTENT");
        answer.results()
                .forEach(hit -> table.add(
                        hit.id(),
                        hit.type(),
                        String.format(Locale.ROOT, "%.2f", hit.score()),
                        hit.createdAt(),
                        hit.content()));
        table.show(place.screen());
        return ExitCode.OK.code();
    }
}
