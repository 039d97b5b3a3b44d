package io.sonia.cli;

import io.sonia.contracts.audit.EntriesAnswer;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists the newest entries of the audit chains. */
@Command(name = "list", description = "List audit entries, newest first; times are UTC")
final class AuditList implements Callable<Integer> {

    private static final String ALL = "all";
    private static final int MOST = 1000;

    private final Workplace place;

    @Option(
            names = "--chain",
            paramLabel = "<service>",
            defaultValue = ALL,
            description = "one service's chain (default: all)")
    private String chain = ALL;

    @Option(names = "--actor", paramLabel = "<id>", description = "only what this actor did")
    private @Nullable String actor;

    @Option(names = "--operation", paramLabel = "<name>", description = "only this operation")
    private @Nullable String operation;

    @Option(names = "--outcome", paramLabel = "<code>", description = "only this outcome, such as OK or POLICY_DENIED")
    private @Nullable String outcome;

    @Option(names = "--correlation", paramLabel = "<id>", description = "only this correlation id")
    private @Nullable String correlation;

    @Option(names = "--resource", paramLabel = "<id>", description = "only what concerns this resource")
    private @Nullable String resource;

    @Option(names = "--since", paramLabel = "<time>", description = "not before, such as 2026-01-31T08:00:00Z")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "<time>", description = "not after")
    private @Nullable String until;

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "<count>",
            defaultValue = "50",
            description = "how many entries, 1 to 1000 (default: ${DEFAULT-VALUE})")
    private int limit;

    @Option(names = "--json", description = "print JSON lines")
    private boolean json;

    AuditList(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        if (limit < 1 || limit > MOST) {
            throw Failure.of(ExitCode.USAGE, "--limit " + limit + " is refused", "it is not 1 to " + MOST, "change it");
        }
        OperatorClient client = OperatorClient.of(place);
        List<AuditRow> rows = new ArrayList<>();
        long total = 0;
        for (ServiceName service : chains()) {
            EntriesAnswer page = page(client, service);
            rows.addAll(AuditRow.all(page.entries()));
            total += page.total();
        }
        rows.sort(Comparator.comparing(AuditRow::hlc).reversed());
        show(rows.subList(0, Math.min(limit, rows.size())), total);
        return ExitCode.OK.code();
    }

    private List<ServiceName> chains() {
        return chain.equals(ALL) ? List.of(ServiceName.values()) : List.of(Services.named(chain, Stream.of(ALL)));
    }

    private EntriesAnswer page(OperatorClient client, ServiceName service) {
        return client.on(Operation.AUDIT_ENTRIES)
                .query("chain", service.wireName())
                .query("limit", limit)
                .query("actor_id", actor)
                .query("operation", operation)
                .query("outcome", outcome)
                .query("correlation_id", correlation)
                .query("resource_id", resource)
                .query("since", since)
                .query("until", until)
                .send(EntriesAnswer.class);
    }

    private void show(List<AuditRow> rows, long total) {
        if (json) {
            rows.forEach(row -> place.screen().line(Json.text(row.entry())));
            return;
        }
        Table table = new Table("TIME", "CHAIN", "SEQ", "OPERATION", "OUTCOME", "ACTOR", "RESOURCE", "CORRELATION");
        for (AuditRow row : rows) {
            table.add(
                    row.when(),
                    row.chain(),
                    row.seq(),
                    row.operation(),
                    row.outcome(),
                    row.actor(),
                    row.resource(),
                    row.correlationId());
        }
        table.show(place.screen());
        place.screen()
                .remark(rows.size() + " of "
                        + Words.count(total, "matching entry").replace("entrys", "entries"));
    }
}
