package io.sonia.cli;

import io.sonia.contracts.gateway.DeadLetter;
import io.sonia.contracts.gateway.DeadLetterList;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Timestamps;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists dead letters. */
@Command(name = "list", description = "List dead letters, newest first; times are UTC")
final class DeadLettersList implements Callable<Integer> {

    private static final int LONGEST_ARGS = 48;
    private static final int PAGE = 200;

    private final Workplace place;

    @Option(names = "--replayed", description = "those that were replayed too")
    private boolean replayed;

    @Option(names = "--intent", paramLabel = "<tool>", description = "only those of one tool")
    private @Nullable String intent;

    @Option(names = "--json", description = "print JSON lines")
    private boolean json;

    DeadLettersList(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        DeadLetterList list = OperatorClient.of(place)
                .on(Operation.DEAD_LETTER_LIST)
                .query("include_replayed", replayed)
                .query("intent", intent)
                .query("limit", PAGE)
                .send(DeadLetterList.class);
        if (json) {
            list.deadLetters().forEach(each -> place.screen().line(Json.text(each)));
        } else if (list.deadLetters().isEmpty()) {
            place.screen().line("no failed action waits to be replayed");
        } else {
            show(list);
        }
        return ExitCode.OK.code();
    }

    private void show(DeadLetterList list) {
        Table table = new Table("LETTER", "FAILED", "TOOL", "CAUSE", "STATE", "ARGUMENTS");
        for (DeadLetter each : list.deadLetters()) {
            table.add(
                    each.letterId(),
                    Timestamps.format(each.createdAt()),
                    each.intent(),
                    each.errorCode(),
                    Words.of(each.state()),
                    ApprovalCard.brief(each.params(), LONGEST_ARGS));
        }
        table.show(place.screen());
        if (list.total() > list.count()) {
            place.screen().remark("and " + (list.total() - list.count()) + " more");
        }
    }
}
