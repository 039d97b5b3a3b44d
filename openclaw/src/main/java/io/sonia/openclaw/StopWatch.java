package io.sonia.openclaw;

import io.sonia.contracts.evaos.KillSwitch;
import io.sonia.contracts.evaos.KillSwitchList;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import java.time.Duration;
import java.util.List;

/** Ends running tools that an operator has stopped. It asks only while something runs. */
final class StopWatch {

    private static final Duration TIME = Duration.ofSeconds(2);

    private final LiveRuns live;
    private final Peer evaOs;
    private final Clock clock;
    private final Ids ids;

    StopWatch(LiveRuns live, Peer evaOs, Clock clock, Ids ids) {
        this.live = live;
        this.evaOs = evaOs;
        this.clock = clock;
        this.ids = ids;
    }

    /** A control plane that is away has stopped nothing; what it has not permitted does not begin anyway. */
    void look() {
        if (live.count() == 0) {
            return;
        }
        Context context = Context.own(ServiceName.OPENCLAW, "timer", null, TIME, ids, clock);
        List<KillSwitch> switches =
                evaOs.on(context, Operation.KILL_GET).send(KillSwitchList.class).switches();
        live.cancelStopped(call -> switches.stream().anyMatch(each -> each.stops(call)));
    }
}
