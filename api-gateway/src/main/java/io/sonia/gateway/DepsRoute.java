package io.sonia.gateway;

import io.sonia.contracts.gateway.Deps;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Threads;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peers;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** Looks at the services behind the gateway, all at once. */
final class DepsRoute {

    private static final Duration TIME = Duration.ofSeconds(3);
    /** In the order of the answer's fields. */
    private static final List<ServiceName> BEHIND = List.of(
            ServiceName.MEMORY_ENGINE,
            ServiceName.MODEL_ROUTER,
            ServiceName.OPENCLAW,
            ServiceName.PIPECAT,
            ServiceName.EVA_OS);

    private final Peers peers;
    private final Clock clock;

    DepsRoute(Peers peers, Clock clock) {
        this.peers = peers;
        this.clock = clock;
    }

    List<Route<?>> list() {
        return List.of(Route.of(Operation.DEPS, Deps.class, this::look));
    }

    private Reply look(Call<Empty> call) {
        Map<ServiceName, FutureTask<Deps.Dep>> probes = new EnumMap<>(ServiceName.class);
        for (ServiceName service : BEHIND) {
            FutureTask<Deps.Dep> probe = new FutureTask<>(() -> probe(call.context(), service));
            probes.put(service, probe);
            Threads.virtual("probe " + service, probe);
        }
        List<Deps.Dep> found =
                BEHIND.stream().map(each -> outcome(probes.get(each))).toList();
        boolean allOk = found.stream().allMatch(each -> each.error() == null);
        return Reply.ok(new Deps(allOk, found.get(0), found.get(1), found.get(2), found.get(3), found.get(4)));
    }

    private Deps.Dep probe(Context context, ServiceName service) {
        long start = clock.nanoTime();
        int port = peers.port(service);
        try {
            Object version = peers.of(service)
                    .on(context.within(TIME), Operation.VERSION)
                    .unguarded()
                    .exchange()
                    .data()
                    .get("version");
            return new Deps.Dep("ok", port, millisSince(start), String.valueOf(version), null);
        } catch (SoniaException e) {
            return new Deps.Dep(
                    "unavailable", port, millisSince(start), null, e.code().name());
        }
    }

    private double millisSince(long nanos) {
        return (clock.nanoTime() - nanos) / 1e6;
    }

    private static Deps.Dep outcome(@Nullable FutureTask<Deps.Dep> probe) {
        if (probe == null) {
            throw new IllegalStateException("every service is probed");
        }
        try {
            return probe.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while probing", e);
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException("a probe failed", e.getCause());
        }
    }
}
