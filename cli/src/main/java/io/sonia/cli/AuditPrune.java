package io.sonia.cli;

import io.sonia.contracts.audit.PruneAnswer;
import io.sonia.contracts.audit.PruneRequest;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Removes entries that are beyond their retention. */
@Command(
        name = "prune",
        description = "Remove entries that are beyond their retention, or say which would be",
        footer = {
            "",
            "Whole beginnings of chains go, up to a head that EVA-OS has signed; what remains still verifies, and says",
            "what was removed. Nothing goes before audit.retention_days are over, or with audit.legal_hold on.",
            "Export first what has to be kept elsewhere: ./sonia audit export <service>"
        })
final class AuditPrune implements Callable<Integer> {

    private final Workplace place;

    @Option(names = "--chain", paramLabel = "<service>", description = "whose chain; default: all")
    private String chain = "all";

    @Option(
            names = "--before",
            paramLabel = "<date|days>",
            description = "entries older than this: 2026-01-31, or 90d for 90 days ago; default: their retention")
    private @Nullable String before;

    @Option(names = "--yes", description = "remove them; without it nothing is changed")
    private boolean yes;

    @Option(names = "--batch-size", paramLabel = "<n>", description = "entries removed in one commit (1 to 10000)")
    private int batchSize = 1000;

    @Option(names = "--vacuum", description = "give the space back to the disk; services wait meanwhile")
    private boolean vacuum;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    AuditPrune(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        List<PruneAnswer> answers = new ArrayList<>();
        for (String each : chains()) {
            Instant limit =
                    before == null ? daysAgo(asked(each, Instant.EPOCH, true).retentionDays()) : limit(before);
            answers.add(asked(each, limit, !yes));
        }
        if (json) {
            answers.forEach(each -> place.screen().line(Json.text(each)));
            return ExitCode.OK.code();
        }
        Table table = new Table("CHAIN", "ENTRIES", "FROM", "TO", "NEXT CONTINUES");
        for (PruneAnswer each : answers) {
            table.add(
                    each.chain(),
                    each.matched(),
                    shown(each.fromSeq()),
                    shown(each.toSeq()),
                    each.anchor() == null ? "-" : each.anchor().hash());
        }
        table.show(place.screen());
        long matched = answers.stream().mapToLong(PruneAnswer::matched).sum();
        place.screen().line(yes ? matched + " entries removed" : "nothing was changed; add --yes to remove " + matched);
        return ExitCode.OK.code();
    }

    private List<String> chains() {
        return "all".equals(chain)
                ? Arrays.stream(ServiceName.values()).map(ServiceName::wireName).toList()
                : List.of(chain);
    }

    private PruneAnswer asked(String whose, Instant limit, boolean dryRun) {
        return OperatorClient.of(place)
                .onPatiently(Operation.AUDIT_PRUNE)
                .body(new PruneRequest(limit, null, dryRun, batchSize, vacuum, whose))
                .send(PruneAnswer.class);
    }

    private Instant limit(String text) {
        if (text.matches("[0-9]{1,5}d")) {
            return daysAgo(Integer.parseInt(text.substring(0, text.length() - 1)));
        }
        try {
            return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
        } catch (DateTimeParseException e) {
            throw Failure.of(ExitCode.USAGE, text + " is no date", "--before takes a date or days", "try --before 90d");
        }
    }

    private Instant daysAgo(int days) {
        return place.clock().now().minus(Duration.ofDays(days));
    }

    private static Object shown(@Nullable Long seq) {
        return seq == null ? "-" : seq;
    }
}
