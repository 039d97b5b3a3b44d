package io.sonia.cli;

import io.sonia.contracts.evaos.KillSwitch;
import io.sonia.contracts.evaos.KillSwitchChange;
import io.sonia.contracts.evaos.KillSwitchChanged;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.WireNamed;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Sets or lifts one kill switch. */
abstract class KillSwitchSetting implements Callable<Integer> {

    private final Workplace place;
    private final boolean engaged;

    @Option(
            names = "--scope",
            paramLabel = "<scope>",
            description = "all, tools (all above safe_read), tool, session or user (default: all)")
    private KillSwitch.Scope scope = KillSwitch.Scope.ALL;

    @Option(names = "--target", paramLabel = "<name or id>", description = "the tool, session or user")
    private @Nullable String target;

    @Option(names = "--reason", required = true, paramLabel = "<text>", description = "goes on record")
    private String reason = "";

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    KillSwitchSetting(Workplace place, boolean engaged) {
        this.place = place;
        this.engaged = engaged;
    }

    @Override
    public final Integer call() {
        KillSwitchChanged changed = OperatorClient.of(place)
                .on(Operation.KILL_SET)
                .body(new KillSwitchChange(scope, target, engaged, reason))
                .send(KillSwitchChanged.class);
        if (json) {
            place.screen().line(Json.text(changed));
        } else {
            String what = WireNamed.of(scope) + (target == null ? "" : " " + SafeText.line(target));
            place.screen()
                    .line(
                            engaged
                                    ? "stopped: " + what + "; "
                                            + Words.count(changed.cancelledApprovals(), "open approval")
                                            + " cancelled"
                                    : "resumed: " + what);
        }
        return ExitCode.OK.code();
    }
}
