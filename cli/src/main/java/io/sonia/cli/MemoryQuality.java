package io.sonia.cli;

import io.sonia.contracts.memory.QualityKind;
import io.sonia.contracts.memory.QualityReport;
import io.sonia.contracts.memory.QualityReport.Finding;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.WireNamed;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Says what is wrong with the memories. */
@Command(
        name = "quality",
        description =
                "List memories that are there twice, do not hold any more, contradict each other or look like secrets",
        footer = {"", "Nothing is changed: delete, redact or resolve what is listed."})
final class MemoryQuality implements Callable<Integer> {

    private static final int PAGE = 200;

    private final Workplace place;

    @Option(
            names = "--most",
            paramLabel = "<n>",
            description = "findings of each kind that are listed (${DEFAULT-VALUE})")
    private int most = 100;

    @Option(names = "--json", description = "print JSON, a line for each page")
    private boolean json;

    MemoryQuality(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        OperatorClient client = OperatorClient.of(place);
        Table table = new Table("KIND", "MEMORIES", "TYPE", "USER", "REASON");
        for (QualityKind kind : QualityKind.values()) {
            list(client, kind, table);
        }
        if (!json) {
            table.show(place.screen());
        }
        return ExitCode.OK.code();
    }

    private void list(OperatorClient client, QualityKind kind, Table table) {
        int listed = 0;
        String cursor = null;
        do {
            QualityReport page = client.on(Operation.MEMORY_QUALITY)
                    .query("kind", WireNamed.of(kind))
                    .query("limit", Math.clamp(most - listed, 1, PAGE))
                    .query("cursor", cursor)
                    .send(QualityReport.class);
            if (json) {
                place.screen().line(Json.text(page));
            }
            for (Finding finding : page.findings()) {
                table.add(
                        WireNamed.of(kind),
                        String.join(" ", finding.memoryIds()),
                        finding.type(),
                        finding.userId() == null ? "-" : finding.userId(),
                        finding.reason());
            }
            listed += page.count();
            cursor = page.nextCursor();
        } while (cursor != null && listed < most);
    }
}
