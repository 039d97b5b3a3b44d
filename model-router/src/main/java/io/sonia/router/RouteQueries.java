package io.sonia.router;

import io.sonia.contracts.router.RouteDecision;
import io.sonia.contracts.router.RouteFilter;
import io.sonia.contracts.router.RouteQuery;
import io.sonia.contracts.router.RouteRecords;
import io.sonia.contracts.router.RouteSelect;
import io.sonia.kernel.Clock;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a call would go, without calling, and where calls went. */
final class RouteQueries {

    private final Routing routing;
    private final Budgets budgets;
    private final Decisions decisions;
    private final Clock clock;

    RouteQueries(Routing routing, Budgets budgets, Decisions decisions, Clock clock) {
        this.routing = routing;
        this.budgets = budgets;
        this.decisions = decisions;
        this.clock = clock;
    }

    List<Route<?>> list() {
        return List.of(
                Route.of(
                        Operation.ROUTE,
                        RouteQuery.class,
                        RouteDecision.class,
                        call -> Reply.ok(decided(call, call.input(), null))),
                Route.of(Operation.ROUTE_SELECT, RouteSelect.class, RouteDecision.class, this::select),
                Route.of(Operation.ROUTE_PROFILE, RouteSelect.class, RouteDecision.class, this::select),
                Route.of(Operation.ROUTE_AUDIT, RouteFilter.class, RouteRecords.class, decisions::list));
    }

    private Reply select(Call<RouteSelect> call) {
        return Reply.ok(decided(call, call.input().query(), call.input().traceId()));
    }

    private RouteDecision decided(Call<?> call, RouteQuery query, @Nullable String traceId) {
        String profile = query.hint() != null && routing.knowsProfile(query.hint()) ? query.hint() : null;
        Plan plan = routing.plan(Ask.of(query, profile));
        Plan known = plan.knowing(budgets.left(null, call.caller().principal(), plan.backends()));
        String trace = traceId == null ? call.context().trace().traceId() : traceId;
        return known.decision(null, List.of(), trace, clock.now());
    }
}
