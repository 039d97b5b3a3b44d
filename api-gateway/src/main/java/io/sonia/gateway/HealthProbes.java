package io.sonia.gateway;

import io.sonia.contracts.ServiceParts;
import io.sonia.contracts.gateway.HealthSummary;
import io.sonia.contracts.gateway.HealthSummary.Dependency;
import io.sonia.contracts.gateway.HealthSummary.Health;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Threads;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Asks the services behind the gateway again and again whether they are ready, and sums up what it found. */
final class HealthProbes {

    private static final Duration EVERY = Duration.ofSeconds(15);
    private static final Duration TIME = Duration.ofSeconds(3);
    private static final double NANOS_PER_MILLI = 1e6;

    private final ServiceParts parts;
    private final Map<ServiceName, Probed> found = new EnumMap<>(ServiceName.class);

    HealthProbes(ServiceParts parts) {
        this.parts = parts;
        for (ServiceName each : ServiceName.values()) {
            if (each != parts.service()) {
                found.put(each, new Probed(each.wireName(), parts.peers().port(each)));
            }
        }
    }

    List<Route<?>> list() {
        return List.of(Route.of(Operation.HEALTH_SUMMARY, HealthSummary.class, this::summary));
    }

    void start() {
        parts.timers().every("health probes", EVERY, this::probe);
    }

    /** All at once; each is over long before the next. */
    private void probe() {
        found.forEach((service, probed) -> Threads.virtual("probe " + service, () -> probe(service, probed)));
    }

    private void probe(ServiceName service, Probed probed) {
        long start = parts.clock().nanoTime();
        String error = null;
        try {
            Context own = Context.own(parts.service(), "timer", null, TIME, parts.ids(), parts.clock());
            parts.peers().of(service).on(own, Operation.READY).unguarded().exchange();
        } catch (SoniaException e) {
            error = e.code().name();
        }
        double took = (parts.clock().nanoTime() - start) / NANOS_PER_MILLI;
        probed.probed(parts.clock().now(), took, error);
    }

    private Reply summary(Call<Empty> call) {
        Map<String, Dependency> dependencies = new LinkedHashMap<>();
        Health overall = Health.HEALTHY;
        for (Probed each : found.values()) {
            Dependency latest = each.latest();
            dependencies.put(latest.name(), latest);
            overall = latest.state().compareTo(overall) > 0 ? latest.state() : overall;
        }
        return Reply.ok(new HealthSummary(overall, dependencies));
    }
}
