package io.sonia.cli;

import io.sonia.contracts.memory.Redact;
import io.sonia.contracts.memory.Redacted;
import io.sonia.contracts.memory.SearchAnswer;
import io.sonia.contracts.memory.SearchHit;
import io.sonia.contracts.memory.SearchMode;
import io.sonia.contracts.memory.SearchRequest;
import io.sonia.contracts.redaction.TextRedact;
import io.sonia.contracts.redaction.TextRedacted;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.nio.file.Path;
import java.util.Arrays;
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
            "Every memory that holds the text is redacted with all its versions; in ended turns, recordings, actions,",
            "approvals and kept answers of all services each value that holds it is overwritten. That something was there,",
            "and who had it destroyed and why, stays in the audit log. What the assistant wrote into your own files is not",
            "touched, nor are exports and backups."
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
            List<TextRedacted> elsewhere = Arrays.stream(ServiceName.values())
                    .map(service -> client.onService(service, Operation.TEXT_REDACT)
                            .body(new TextRedact(text, reason))
                            .send(TextRedacted.class))
                    .toList();
            while (!found.isEmpty()) {
                found.forEach(hit -> redact(client, hit.id()));
                found = holding(client);
                memories += found.size();
            }
            int values = elsewhere.stream()
                    .mapToInt(each -> each.rows() + each.answers() + each.messages())
                    .sum();
            int open = elsewhere.stream().mapToInt(TextRedacted::open).sum();
            report.put("values", values);
            report.put("open", open);
            tell(memories, values, open);
        } else if (!json) {
            place.screen().line("nothing was changed; add --yes to destroy the text in " + memories + " memories,");
            place.screen().line("and in every turn, recording, action, approval and kept answer that holds it");
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

    private void tell(int memories, int values, int open) {
        if (!json) {
            place.screen().line("destroyed in " + memories + " memories and " + values + " other values");
            if (open > 0) {
                place.screen().line(open + " values that hold it are still worked with; ask again when that is over");
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
