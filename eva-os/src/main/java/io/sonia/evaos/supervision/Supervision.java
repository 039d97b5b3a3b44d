package io.sonia.evaos.supervision;

import io.sonia.contracts.evaos.BudgetList;
import io.sonia.contracts.evaos.BudgetWasReset;
import io.sonia.contracts.evaos.DependencyGraph;
import io.sonia.contracts.evaos.HealthAll;
import io.sonia.contracts.evaos.MaintenanceChange;
import io.sonia.contracts.evaos.MaintenanceChanged;
import io.sonia.contracts.evaos.RestartBudget;
import io.sonia.contracts.evaos.ServiceRecord;
import io.sonia.contracts.evaos.ServiceStarted;
import io.sonia.contracts.evaos.ServiceState;
import io.sonia.contracts.evaos.ServiceStopped;
import io.sonia.evaos.supervision.SupervisionStore.Change;
import io.sonia.journal.Journal;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Threads;
import io.sonia.kernel.logging.ServiceLog;
import io.sonia.kernel.metrics.Counter;
import io.sonia.kernel.metrics.Metrics;
import io.sonia.kernel.process.Processes;
import io.sonia.kernel.settings.ServicesConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Looks after all services of the house. Those with a plan run as child processes, are restarted when they fail, and end
 * with this process; the others run by themselves and are only looked at.
 */
public final class Supervision {

    /** From well to hopeless. */
    private static final List<ServiceState> BY_GRAVITY = List.of(
            ServiceState.HEALTHY,
            ServiceState.RECOVERING,
            ServiceState.STARTING,
            ServiceState.UNKNOWN,
            ServiceState.DEGRADED,
            ServiceState.RESTARTING,
            ServiceState.STOPPED,
            ServiceState.UNREACHABLE,
            ServiceState.EXHAUSTED);

    /** What supervision is built from. */
    public record Parts(
            SupervisionConfig config,
            ServicesConfig addresses,
            Home home,
            Journal journal,
            Clock clock,
            Ids ids,
            ServiceLog log,
            Metrics metrics,
            Probe probe) {}

    private final Clock clock;
    private final Probe probe;
    private final SupervisionStore store;
    private final Maintenance maintenance;
    private final SupervisionConfig config;
    private final ServiceLog log;
    private final Map<ServiceName, Supervised> services = new EnumMap<>(ServiceName.class);

    /** @param plans the services to run as child processes; none if all run in this one */
    public Supervision(List<ChildPlan> plans, Parts parts) {
        this(plans, parts, new ProcessLauncher(new Processes(parts.clock()), parts.home(), Supervised.GRACE));
    }

    Supervision(List<ChildPlan> plans, Parts parts, Launcher launcher) {
        this.clock = parts.clock();
        this.probe = parts.probe();
        this.log = parts.log();
        this.store = new SupervisionStore(parts.journal(), clock);
        this.maintenance = new Maintenance(parts.journal(), clock);
        this.config = parts.config();
        Counter restarts = parts.metrics()
                .counter("sonia_restarts_total", "Restarts of services by the supervisor", "name", "cause");
        Shared shared = new Shared(
                config, store, maintenance, launcher, probe, clock, new SteadyTime(clock), parts.ids(), log, restarts);
        Map<ServiceName, ChildPlan> planned = new EnumMap<>(ServiceName.class);
        plans.forEach(plan -> planned.put(plan.service(), plan));
        for (ServiceName service : ServiceName.values()) {
            ServicesConfig.Endpoint address = parts.addresses().of(service);
            ChildPlan plan = planned.get(service);
            Supervised supervised = new Supervised(
                    service,
                    plan,
                    plan == null ? address.port() : plan.port(),
                    address.required(),
                    shared,
                    () -> needsHealthy(service));
            services.put(service, supervised);
            measure(supervised, parts.metrics());
        }
    }

    /**
     * Starts all planned services at once and begins to look after every service.
     *
     * @return the number of services that have used restarts
     */
    public long startAll() {
        begin();
        long used = budgets().budgets().stream()
                .filter(each -> each.attemptCount() > 0)
                .count();
        services.values().forEach(each -> Threads.virtual("supervise " + each.service(), each::loop));
        return used;
    }

    /** All of a start but the looking after. */
    void begin() {
        Map<ServiceName, Change> intents = intents();
        store.commit(List.copyOf(intents.values()));
        Map<ServiceName, Change> started = new ConcurrentHashMap<>(intents);
        together(
                services.values(),
                each -> started.computeIfPresent(each.service(), (name, intent) -> each.begin(intent)));
        store.record(List.copyOf(started.values()), tx -> {});
    }

    /** Ends all planned services, each after those that need it, and leaves none of their processes behind. */
    public void stopAll() {
        services.values().forEach(Supervised::close);
        List<Supervised> left = new ArrayList<>(
                services.values().stream().filter(Supervised::planned).toList());
        while (!left.isEmpty()) {
            List<Supervised> wave = left.stream()
                    .filter(each -> left.stream()
                            .noneMatch(other -> other.service().needs().contains(each.service())))
                    .toList();
            together(wave, Supervised::shutDown);
            left.removeAll(wave);
        }
    }

    /** Every service in start order, as last seen. */
    public List<ServiceRecord> services() {
        return services.values().stream().map(Supervised::record).toList();
    }

    /** The restarts each service has used, as supervision goes by them. */
    BudgetList budgets() {
        List<BudgetList.Entry> entries = services.values().stream()
                .map(each -> entry(each.service(), each.record().budget()))
                .toList();
        boolean degraded = services.values().stream()
                .anyMatch(each -> each.record().budget().attemptCount() == Budget.UNREADABLE.attempts());
        return new BudgetList(entries, degraded);
    }

    private static BudgetList.Entry entry(ServiceName service, RestartBudget budget) {
        return new BudgetList.Entry(
                service.wireName(),
                budget.windowStartMs(),
                budget.attemptCount(),
                budget.maxRestarts(),
                budget.backoffUntilEpochMs(),
                budget.exhausted());
    }

    /** Looks at every service now; nothing of it counts as a probe. */
    HealthAll health() {
        Map<ServiceName, Look> looks = new ConcurrentHashMap<>();
        together(services.values(), each -> looks.put(each.service(), probe.look(each.service())));
        Map<String, ServiceRecord> seen = new LinkedHashMap<>();
        for (Supervised each : services.values()) {
            Look look = looks.get(each.service());
            ServiceRecord record = each.record();
            seen.put(each.service().wireName(), look == null ? record : at(record, look));
        }
        ServiceState worst = seen.values().stream()
                .filter(ServiceRecord::required)
                .map(ServiceRecord::state)
                .max(Comparator.comparingInt(BY_GRAVITY::indexOf))
                .orElse(ServiceState.UNKNOWN);
        return new HealthAll(clock.now(), maintenance.on(), worst, seen);
    }

    /** Looks at one service now; nothing of it counts as a probe. */
    ServiceRecord probe(String name, Order order) {
        Supervised service = named(name);
        ServiceRecord seen = at(service.record(), probe.look(service.service()));
        store.commit(List.of(), tx -> order.done(tx, 200, seen));
        return seen;
    }

    /** What each service needs, and an order in which nothing comes before what it needs. */
    static DependencyGraph graph() {
        Map<String, List<String>> needs = new LinkedHashMap<>();
        for (ServiceName service : ServiceName.values()) {
            needs.put(
                    service.wireName(),
                    service.needs().stream().map(ServiceName::wireName).toList());
        }
        return new DependencyGraph(needs, List.copyOf(needs.keySet()));
    }

    MaintenanceChanged maintenance(MaintenanceChange wanted, Order order) {
        return maintenance.change(wanted, order);
    }

    /** Ends maintenance whose time is over; to be called each second or so. */
    public void tick() {
        maintenance.tick();
    }

    BudgetWasReset resetBudget(String name, Order order) {
        ServiceName service = named(name).service();
        Function<Budget, Record> answer = budget -> new BudgetWasReset(entry(service, budget.view(config)));
        return (BudgetWasReset) answer.apply(of(service).resetBudget(order, answer));
    }

    ServiceStarted start(String name, Order order) {
        return named(name).start(order);
    }

    ServiceStarted restart(String name, Order order, boolean force) {
        return named(name).restart(order, force ? Duration.ZERO : Supervised.GRACE);
    }

    ServiceStopped stop(String name, Order order, Duration grace) {
        return named(name).stop(order, grace);
    }

    /** The supervisor acting by itself. */
    static AuditEvent.Origin ownOrigin(String correlationId) {
        String self = ServiceName.EVA_OS.wireName();
        return new AuditEvent.Origin(self, "service", "service", self, null, correlationId, null, null);
    }

    Supervised of(ServiceName service) {
        Supervised found = services.get(service);
        if (found == null) {
            throw new IllegalStateException("every service is looked after");
        }
        return found;
    }

    private Supervised named(String name) {
        return of(ServiceName.byWireName(name).orElseThrow(() -> SoniaException.of(ErrorCode.NOT_FOUND)));
    }

    private Map<ServiceName, Change> intents() {
        Map<ServiceName, Budget> used = new EnumMap<>(ServiceName.class);
        Budget other = Budget.UNUSED;
        try {
            used.putAll(store.budgets());
        } catch (SoniaException e) {
            log.error(
                    "supervision.budgets.unreadable", "No service is restarted: its budget is not known", Map.of(), e);
            other = Budget.UNREADABLE;
        }
        Map<ServiceName, Long> starts = store.fences();
        Map<ServiceName, Change> intents = new EnumMap<>(ServiceName.class);
        for (Supervised each : services.values()) {
            ServiceName name = each.service();
            intents.put(name, each.intent(used.getOrDefault(name, other), starts.getOrDefault(name, 0L)));
        }
        return intents;
    }

    /** EVA-OS itself is there: it is what asks. */
    private boolean needsHealthy(ServiceName service) {
        return service.needs().stream()
                .filter(need -> need != ServiceName.EVA_OS)
                .allMatch(need -> of(need).state() == ServiceState.HEALTHY);
    }

    private ServiceRecord at(ServiceRecord record, Look look) {
        return new ServiceRecord(
                record.name(),
                record.port(),
                record.state(),
                record.pid(),
                record.startedAt(),
                look.latencyMs(),
                clock.now(),
                record.lastHealthy(),
                record.consecutiveFailures(),
                record.consecutiveSuccesses(),
                look.problem(),
                record.required(),
                record.budget());
    }

    private static void measure(Supervised service, Metrics metrics) {
        String name = service.service().wireName();
        for (ServiceState state : ServiceState.values()) {
            metrics.gauge(
                    "sonia_service_state",
                    "1 for the state the service is in",
                    Map.of("name", name, "state", ServiceLife.name(state)),
                    () -> service.state() == state ? 1 : 0);
        }
        metrics.gauge(
                "sonia_restart_budget_left",
                "Restarts the supervisor may still take",
                Map.of("name", name),
                service::restartsLeft);
    }

    /** Does the same for several services at once, and waits for all. */
    private static void together(Collection<Supervised> services, Consumer<Supervised> work) {
        List<Thread> threads = services.stream()
                .map(each -> Threads.virtual("supervision " + each.service(), () -> work.accept(each)))
                .toList();
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
