package io.sonia.cli;

import io.sonia.contracts.gateway.TurnRedact;
import io.sonia.contracts.gateway.TurnRedacted;
import io.sonia.contracts.memory.Redact;
import io.sonia.contracts.memory.Redacted;
import io.sonia.contracts.memory.SearchAnswer;
import io.sonia.contracts.memory.SearchHit;
import io.sonia.contracts.memory.SearchMode;
import io.sonia.contracts.memory.SearchRequest;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Destroys a text wherever SONIA keeps it. */
@Command(
        name = "forget",
        description = "Destroy a text for good wherever SONIA keeps it, or say where it is",
        footer = {
            "",
            "Every memory that holds the text is redacted with all its versions, and so is every ended turn, recording,",
            "action and kept answer of the gateway. That something was there, and who had it destroyed and why, stays in",
            "the audit log. What the assistant wrote into your own files is not touched, nor are exports and backups."
        })
final class MemoryForget implements Callable<Integer> {

    private static final int MOST = 100;

    private final Workplace place;

    @Parameters(paramLabel = "<text>", description = "the text as it was said, 3 characters or more")
    private String text = "";

    @Option(names = "--reason", paramLabel = "<why>", description = "goes on record, up to 500 characters")
    private String reason = "no reason given";

    @Option(names = "--yes", description = "destroy it; without it nothing is changed")
    private boolean yes;

    @Option(names = "--prove", description = "read every file that SONIA keeps and say which of them hold the text")
    private boolean prove;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    MemoryForget(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        OperatorClient client = OperatorClient.of(place);
        Map<String, @Nullable Object> report = new LinkedHashMap<>();
        List<SearchHit> found = holding(client);
        int memories = found.size();
        if (!json) {
            Table table = new Table("MEMORY", "TYPE", "CREATED", "CONTENT");
            found.forEach(hit -> table.add(hit.id(), hit.type(), hit.createdAt(), hit.content()));
            table.show(place.screen());
        }
        if (yes) {
            // Messages that wait in the gateway would be stored after the memories were looked through.
            TurnRedacted turns = client.onPatiently(Operation.TURN_REDACT)
                    .body(new TurnRedact(text, reason))
                    .send(TurnRedacted.class);
            while (!found.isEmpty()) {
                found.forEach(hit -> redact(client, hit.id()));
                found = holding(client);
                memories += found.size();
            }
            report.put("gateway", Json.parseObject(Json.text(turns)));
            tell(turns, memories);
        } else if (!json) {
            place.screen().line("nothing was changed; add --yes to destroy the text in " + memories + " memories,");
            place.screen().line("and in every turn, recording, action and kept answer that holds it");
        }
        report.put("memories", memories);
        report.put("destroyed", yes);
        return proved(report);
    }

    private List<SearchHit> holding(OperatorClient client) {
        SearchRequest request =
                new SearchRequest(text, MOST, null, SearchMode.SUBSTRING, null, null, List.of(), 0, null, true);
        return client.on(Operation.MEMORY_SEARCH)
                .body(request)
                .send(SearchAnswer.class)
                .results();
    }

    private void redact(OperatorClient client, String id) {
        client.onPatiently(Operation.MEMORY_REDACT)
                .body(new Redact(id, reason, true))
                .send(Redacted.class);
    }

    private void tell(TurnRedacted turns, int memories) {
        if (!json) {
            place.screen()
                    .line("destroyed in " + memories + " memories, " + turns.turns() + " turns, " + turns.steps()
                            + " recorded steps, " + turns.actions() + " actions, "
                            + (turns.answers() + turns.messages()) + " kept answers and messages");
            if (turns.open() > 0) {
                place.screen()
                        .line(turns.open() + " turns or actions that hold it go on; ask again when they are over");
            }
        }
    }

    private int proved(Map<String, @Nullable Object> report) {
        List<Path> files = prove ? new TextInFiles(place.home()).holding(text) : List.of();
        if (prove) {
            report.put("files", files.stream().map(Path::toString).toList());
        }
        if (json) {
            place.screen().line(Json.text(report));
        } else if (prove) {
            place.screen().line(files.isEmpty() ? "no file that SONIA keeps holds it" : "files that hold it:");
            files.forEach(file -> place.screen().line("  " + file));
        }
        return files.isEmpty() ? ExitCode.OK.code() : ExitCode.NEGATIVE.code();
    }
}
