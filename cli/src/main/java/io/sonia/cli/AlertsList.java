package io.sonia.cli;

import io.sonia.contracts.evaos.Alert;
import io.sonia.contracts.evaos.AlertList;
import io.sonia.contracts.evaos.AlertState;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Timestamps;
import io.sonia.kernel.json.WireNamed;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists alerts. */
@Command(name = "list", description = "List alerts that nobody has acknowledged, newest first; times are UTC")
final class AlertsList implements Callable<Integer> {

    private static final int PAGE = 200;

    private final Workplace place;

    @Option(names = "--all", description = "acknowledged ones too")
    private boolean all;

    @Option(names = "--json", description = "print JSON lines")
    private boolean json;

    AlertsList(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        AlertList list = OperatorClient.of(place)
                .on(Operation.ALERT_LIST)
                .query("state", all ? null : WireNamed.of(AlertState.OPEN))
                .query("limit", PAGE)
                .send(AlertList.class);
        if (json) {
            list.alerts().forEach(each -> place.screen().line(Json.text(each)));
        } else if (list.alerts().isEmpty()) {
            place.screen().line("no alert is open");
        } else {
            show(list);
        }
        return ExitCode.OK.code();
    }

    private void show(AlertList list) {
        Table table = new Table("ALERT", "SEV", "WHAT", "WHERE", "SINCE", "TIMES", "TOLD", "STATE");
        for (Alert each : list.alerts()) {
            table.add(
                    each.alertId(),
                    WireNamed.of(each.severity()),
                    each.type(),
                    each.source(),
                    Timestamps.format(each.createdAt()),
                    each.occurrences(),
                    told(each),
                    each.acknowledgedBy() == null ? Words.of(each.state()) : "with " + each.acknowledgedBy());
        }
        table.show(place.screen());
        if (list.total() > list.count()) {
            place.screen().remark("and " + (list.total() - list.count()) + " more");
        }
    }

    /** How many of its messages arrived, and what is wrong with the newest that did not. */
    private static String told(Alert alert) {
        if (alert.deliveries().isEmpty()) {
            return "nobody";
        }
        long arrived = alert.deliveries().stream()
                .filter(each -> each.state() == Alert.DeliveryState.DELIVERED)
                .count();
        @Nullable
        String problem = alert.deliveries().stream()
                .filter(each -> each.problem() != null && each.state() != Alert.DeliveryState.DELIVERED)
                .reduce((earlier, later) -> later)
                .map(each -> each.channel() + " " + each.problem())
                .orElse(null);
        String count = arrived + " of " + alert.deliveries().size();
        return problem == null ? count : count + ": " + problem;
    }
}
