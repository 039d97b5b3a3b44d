package io.sonia.kernel.http;

import io.sonia.kernel.AuditTrail;
import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Query;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A service's breakers over HTTP. */
final class BreakerRoutes {

    /** How many events of each to show. */
    public record MetricsQuery(
            @Query @Default("50") @Range(min = 1, max = BreakerRecord.MAX_EVENTS)
            int lastN) {}

    /** Asks to close a breaker by hand. */
    public record Reset(@Nullable @Text(min = 1, max = 500) String reason) {}

    private final Breakers breakers;
    private final AuditTrail audit;

    BreakerRoutes(Breakers breakers, AuditTrail audit) {
        this.breakers = breakers;
        this.audit = audit;
    }

    List<Route<?>> list() {
        return List.of(
                Route.of(Operation.BREAKER_LIST, BreakerList.class, call -> Reply.ok(breakers.list())),
                Route.of(
                        Operation.BREAKER_METRICS,
                        MetricsQuery.class,
                        BreakerMetrics.class,
                        call -> Reply.ok(breakers.metrics(call.input().lastN()))),
                Route.of(Operation.BREAKER_RESET, Reset.class, BreakerView.class, this::reset));
    }

    /** On record before it has an effect. */
    private Reply reset(Call<Reset> call) {
        String name = call.path("name");
        Breaker breaker = breakers.named(name);
        String reason = call.input().reason() == null ? "reset" : call.input().reason();
        audit.append(call.audit().about("breaker", name).detail(Map.of("reason", reason)));
        breaker.reset(reason);
        return Reply.ok(breaker.view());
    }
}
