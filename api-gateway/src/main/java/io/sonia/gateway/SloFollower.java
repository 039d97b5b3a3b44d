package io.sonia.gateway;

import io.sonia.contracts.ServiceParts;
import io.sonia.contracts.gateway.SloShed;
import io.sonia.contracts.gateway.SloStatus;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Threads;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Operation;
import java.time.Duration;
import java.util.Map;

/**
 * Lets the memory engine hear the mode, which goes along with each call, also while no turn calls it; what it says of
 * the work it put off is counted here.
 */
final class SloFollower {

    private static final Duration TIME = Duration.ofSeconds(2);

    private final ServiceParts parts;
    private final Shedding shedding;

    SloFollower(ServiceParts parts, Shedding shedding) {
        this.parts = parts;
        this.shedding = shedding;
    }

    /** Beside everything else; one that is away hears it with the next call. */
    void tell() {
        Threads.virtual("slo follower", this::ask);
    }

    private void ask() {
        Context own = Context.own(parts.service(), "timer", null, TIME, parts.ids(), parts.clock());
        try {
            Object detail = parts.peers()
                    .of(ServiceName.MEMORY_ENGINE)
                    .on(own, Operation.STATUS)
                    .unguarded()
                    .exchange()
                    .data()
                    .get("detail");
            if (detail instanceof Map<?, ?> counts && counts.get(SloStatus.PUT_OFF) instanceof Number times) {
                shedding.elsewhere(SloShed.BACKGROUND, times.longValue());
            }
        } catch (SoniaException away) {
            // The mode is heard for a minute.
        }
    }
}
