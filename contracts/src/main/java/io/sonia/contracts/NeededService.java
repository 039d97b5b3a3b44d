package io.sonia.contracts;

import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.ReadinessCheck;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A service without which another is not ready. Once seen it is taken as there; its failures show in each request. */
public final class NeededService {

    private static final Duration TIME = Duration.ofSeconds(1);

    private final ServiceParts parts;
    private final ServiceName needed;
    private final AtomicBoolean seen = new AtomicBoolean();

    private NeededService(ServiceParts parts, ServiceName needed) {
        this.parts = parts;
        this.needed = needed;
    }

    public static ReadinessCheck of(ServiceParts parts, ServiceName needed) {
        return new ReadinessCheck(needed.wireName(), new NeededService(parts, needed)::problem);
    }

    private @Nullable String problem() {
        if (seen.get()) {
            return null;
        }
        try {
            Context context = Context.own(parts.service(), "timer", null, TIME, parts.ids(), parts.clock());
            parts.peers().of(needed).on(context, Operation.VERSION).unguarded().exchange();
            seen.set(true);
            return null;
        } catch (SoniaException e) {
            return e.code().name();
        }
    }
}
