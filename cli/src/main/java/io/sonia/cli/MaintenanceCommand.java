package io.sonia.cli;

import io.sonia.contracts.evaos.MaintenanceChange;
import io.sonia.contracts.evaos.MaintenanceChanged;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Begins or ends maintenance. */
@Command(name = "maintenance", description = "Keep services that end from being restarted, or let them be again")
final class MaintenanceCommand implements Callable<Integer> {

    /** What is wanted. */
    enum Wanted {
        ON,
        OFF
    }

    private final Workplace place;

    @Parameters(paramLabel = "<on|off>", description = "on: nothing is restarted, all is looked at; off: as always")
    private Wanted wanted = Wanted.OFF;

    @Option(names = "--reason", paramLabel = "<text>", description = "goes on record")
    private String reason = "";

    @Option(names = "--minutes", paramLabel = "<1-1440>", description = "when it ends by itself (default: never)")
    private @Nullable Integer minutes;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    MaintenanceCommand(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        Integer seconds = minutes == null
                ? null
                : Math.toIntExact(Duration.ofMinutes(minutes).toSeconds());
        MaintenanceChanged changed = OperatorClient.of(place)
                .on(Operation.SUPERVISION_MAINTENANCE)
                .body(new MaintenanceChange(wanted == Wanted.ON, reason, seconds))
                .send(MaintenanceChanged.class);
        if (json) {
            place.screen().line(Json.text(changed));
        } else {
            place.screen().line(told(changed));
        }
        return ExitCode.OK.code();
    }

    private static String told(MaintenanceChanged changed) {
        if (!changed.maintenanceMode()) {
            return "maintenance is off" + (changed.previous() ? "" : ", as it was");
        }
        return "maintenance is on: nothing is restarted until "
                + (changed.until() == null ? "./sonia maintenance off" : changed.until());
    }
}
