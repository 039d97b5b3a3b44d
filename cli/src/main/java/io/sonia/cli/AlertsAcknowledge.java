package io.sonia.cli;

import io.sonia.contracts.evaos.AlertAcknowledge;
import io.sonia.contracts.evaos.AlertAnswer;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Acknowledges one alert. */
@Command(name = "ack", description = "Say that you look after an alert; it escalates no further")
final class AlertsAcknowledge implements Callable<Integer> {

    private final Workplace place;

    @Parameters(paramLabel = "<id>", description = "the alert, as ./sonia alerts list shows it")
    private String alertId = "";

    @Option(names = "--note", paramLabel = "<text>", description = "kept with it")
    private @Nullable String note;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    AlertsAcknowledge(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        OperatorClient client = OperatorClient.of(place);
        AlertAnswer answer = client.on(Operation.ALERT_ACKNOWLEDGE)
                .path("alert_id", alertId)
                .idempotencyKey(client.ids().next("cli_"))
                .body(new AlertAcknowledge(note))
                .send(AlertAnswer.class);
        place.screen()
                .line(
                        json
                                ? Json.text(answer)
                                : "acknowledged " + SafeText.line(answer.alert().alertId()));
        return ExitCode.OK.code();
    }
}
