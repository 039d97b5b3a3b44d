package io.sonia.evaos.supervision;

import io.sonia.contracts.evaos.BudgetList;
import io.sonia.contracts.evaos.BudgetReset;
import io.sonia.contracts.evaos.BudgetWasReset;
import io.sonia.contracts.evaos.DependencyGraph;
import io.sonia.contracts.evaos.HealthAll;
import io.sonia.contracts.evaos.MaintenanceChange;
import io.sonia.contracts.evaos.MaintenanceChanged;
import io.sonia.contracts.evaos.RestartRequest;
import io.sonia.contracts.evaos.ServiceList;
import io.sonia.contracts.evaos.ServiceRecord;
import io.sonia.contracts.evaos.ServiceStarted;
import io.sonia.contracts.evaos.ServiceStopped;
import io.sonia.contracts.evaos.StopRequest;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import java.time.Duration;
import java.util.List;

/** Supervision over HTTP: how the services are, starting and stopping one of them by hand, and keeping all from being restarted. */
public final class SupervisionRoutes {

    private static final String SERVICE = "service_name";

    private final Supervision supervision;

    public SupervisionRoutes(Supervision supervision) {
        this.supervision = supervision;
    }

    public List<Route<?>> list() {
        return List.of(
                Route.of(Operation.HEALTH_ALL, HealthAll.class, this::health),
                Route.of(Operation.SUPERVISION_SERVICES, ServiceList.class, this::services),
                Route.of(Operation.SUPERVISION_BUDGETS, BudgetList.class, this::budgets),
                Route.of(Operation.SUPERVISION_GRAPH, DependencyGraph.class, this::graph),
                Route.of(
                        Operation.SUPERVISION_BUDGET_RESET, BudgetReset.class, BudgetWasReset.class, this::resetBudget),
                Route.of(
                        Operation.SUPERVISION_MAINTENANCE,
                        MaintenanceChange.class,
                        MaintenanceChanged.class,
                        this::maintenance),
                Route.of(Operation.SUPERVISION_PROBE, ServiceRecord.class, this::probe),
                Route.of(Operation.SUPERVISION_RESTART, RestartRequest.class, ServiceStarted.class, this::restart),
                Route.of(Operation.SUPERVISION_STOP, StopRequest.class, ServiceStopped.class, this::stop),
                Route.of(Operation.SUPERVISION_START, ServiceStarted.class, this::start));
    }

    private Reply health(Call<Empty> call) {
        return Reply.ok(supervision.health());
    }

    private Reply services(Call<Empty> call) {
        return Reply.ok(new ServiceList(supervision.services()));
    }

    private Reply budgets(Call<Empty> call) {
        return Reply.ok(supervision.budgets());
    }

    private Reply graph(Call<Empty> call) {
        return Reply.ok(Supervision.graph());
    }

    private Reply resetBudget(Call<BudgetReset> call) {
        String name = call.path(SERVICE);
        return Reply.ok(
                supervision.resetBudget(name, Order.of(call, name, call.input().reason())));
    }

    private Reply maintenance(Call<MaintenanceChange> call) {
        return Reply.ok(supervision.maintenance(
                call.input(), Order.of(call, "maintenance", call.input().reason())));
    }

    private Reply probe(Call<Empty> call) {
        String name = call.path(SERVICE);
        return Reply.ok(supervision.probe(name, Order.of(call, name, "asked for by hand")));
    }

    /** Answers before the service is ready. */
    private Reply restart(Call<RestartRequest> call) {
        String name = call.path(SERVICE);
        Order order = Order.of(call, name, call.input().reason());
        return Reply.accepted(supervision.restart(name, order, call.input().force()));
    }

    private Reply stop(Call<StopRequest> call) {
        String name = call.path(SERVICE);
        Order order = Order.of(call, name, call.input().reason());
        return Reply.ok(
                supervision.stop(name, order, Duration.ofMillis(call.input().graceMs())));
    }

    /** Answers before the service is ready. */
    private Reply start(Call<Empty> call) {
        String name = call.path(SERVICE);
        return Reply.accepted(supervision.start(name, Order.of(call, name, "started by hand")));
    }
}
