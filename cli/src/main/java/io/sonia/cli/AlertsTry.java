package io.sonia.cli;

import io.sonia.contracts.evaos.AlertAnswer;
import io.sonia.contracts.evaos.AlertTrial;
import io.sonia.contracts.gateway.Severity;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Raises an alert for trial. */
@Command(
        name = "test",
        description = "Raise an alert that means nothing, to see that it arrives",
        footer = {"", "./sonia alerts list shows who was told, ./sonia alerts ack ends it."})
final class AlertsTry implements Callable<Integer> {

    private final Workplace place;

    @Option(names = "--severity", paramLabel = "<S1..S4>", description = "how bad it is to look (default: S4)")
    private Severity severity = Severity.S4;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    AlertsTry(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        OperatorClient client = OperatorClient.of(place);
        AlertAnswer answer = client.on(Operation.ALERT_TEST)
                .idempotencyKey(client.ids().next("cli_"))
                .body(new AlertTrial(severity))
                .send(AlertAnswer.class);
        place.screen()
                .line(
                        json
                                ? Json.text(answer)
                                : "raised " + SafeText.line(answer.alert().alertId()));
        return ExitCode.OK.code();
    }
}
