package io.sonia.cli;

import io.sonia.contracts.audit.TraceAnswer;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells the whole story of one request across the services. */
@Command(
        name = "trace",
        description = "Show everything on record about one request, causes before effects; times are UTC",
        footer = {"", "Exit code 1 if there is nothing, or if a service could not be asked."})
final class AuditTrace implements Callable<Integer> {

    private static final int MOST = 5000;

    private final Workplace place;

    @Parameters(paramLabel = "<correlation id>", description = "as chat shows it after each turn, such as req_5f1c...")
    private String correlationId = "";

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    AuditTrace(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        TraceAnswer trace = OperatorClient.of(place)
                .on(Operation.AUDIT_TRACE)
                .path("correlation_id", correlationId)
                .query("limit", MOST)
                .send(TraceAnswer.class);
        if (json) {
            place.screen().line(Json.text(trace));
        } else {
            lines(trace, place.screen()).forEach(place.screen()::line);
        }
        return (trace.complete() && trace.count() > 0 ? ExitCode.OK : ExitCode.NEGATIVE).code();
    }

    /** The story, an entry a line, its details below it. */
    static List<String> lines(TraceAnswer trace, Screen screen) {
        List<String> out = new ArrayList<>();
        List<AuditRow> rows = AuditRow.all(trace.entries());
        long chains = rows.stream().map(AuditRow::chain).distinct().count();
        String people = rows.stream()
                .filter(AuditRow::byPerson)
                .map(row -> row.role() + " " + row.actor())
                .distinct()
                .collect(Collectors.joining(", "));
        out.add("%s: %d entries in %s%s%s"
                .formatted(
                        SafeText.line(trace.correlationId()),
                        rows.size(),
                        Words.count(chains, "chain"),
                        people.isEmpty() ? "" : ", " + people,
                        trace.complete()
                                ? ""
                                : ", not complete: no answer from " + String.join(", ", trace.missing())));
        for (AuditRow row : rows) {
            String outcome = "%-9s".formatted(row.outcome());
            out.add("%s  %-14s %-22s %s %s  %s"
                    .formatted(
                            row.time(),
                            row.chain(),
                            row.operation(),
                            screen.paint(row.good() ? Ink.GREEN : Ink.RED, outcome),
                            "%-13s".formatted(row.role()),
                            row.resource()));
            if (!row.details().isEmpty()) {
                out.add("              " + screen.paint(Ink.DIM, row.details()));
            }
        }
        return out;
    }
}
