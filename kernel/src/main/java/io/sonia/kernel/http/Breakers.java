package io.sonia.kernel.http;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.WireNamed;
import io.sonia.kernel.metrics.Metrics;
import io.sonia.kernel.settings.BreakersConfig;
import io.sonia.kernel.settings.Live;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One service's breakers, one for each other service. */
public final class Breakers {

    private final Map<String, Breaker> breakers = new LinkedHashMap<>();
    private final Clock clock;
    private final Ids ids;

    /** @param own the service that calls; it needs none for itself */
    public Breakers(ServiceName own, Clock clock, Ids ids, Live<BreakersConfig> config, Breaker.Listener listener) {
        this.clock = clock;
        this.ids = ids;
        Arrays.stream(ServiceName.values())
                .filter(service -> service != own)
                .forEach(service -> breakers.put(
                        service.wireName(), new Breaker(service.wireName(), clock, ids, config, listener)));
    }

    /** What stands between callers and this service; null for the own one. */
    @Nullable
    PeerGuard guard(ServiceName service) {
        Breaker breaker = breakers.get(service.wireName());
        return breaker == null ? null : new PeerGuard(breaker, new RetryBudget(), clock, ids);
    }

    /** Shows the states as metrics. */
    public void measure(Metrics metrics) {
        breakers.forEach((name, breaker) -> {
            for (Breaker.State state : Breaker.State.values()) {
                metrics.gauge(
                        "sonia_breaker_state",
                        "1 for the state that the breaker of a service is in",
                        Map.of("name", name, "state", WireNamed.of(state)),
                        () -> breaker.state() == state ? 1 : 0);
            }
        });
    }

    /** The state of each, by name. */
    Map<String, Breaker.State> states() {
        Map<String, Breaker.State> states = new LinkedHashMap<>();
        breakers.forEach((name, breaker) -> states.put(name, breaker.state()));
        return states;
    }

    BreakerList list() {
        Map<String, BreakerView> views = new LinkedHashMap<>();
        breakers.forEach((name, breaker) -> views.put(name, breaker.view()));
        return new BreakerList(views);
    }

    BreakerMetrics metrics(int last) {
        Map<String, BreakerMetrics.One> all = new LinkedHashMap<>();
        breakers.forEach((name, breaker) -> all.put(name, breaker.metrics(last)));
        return new BreakerMetrics(all);
    }

    /**
     * The breaker of a service.
     *
     * @throws SoniaException NOT_FOUND
     */
    Breaker named(String name) {
        Breaker breaker = breakers.get(name);
        if (breaker == null) {
            throw SoniaException.of(ErrorCode.NOT_FOUND);
        }
        return breaker;
    }
}
