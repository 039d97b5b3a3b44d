package io.sonia.router;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.ServiceDefinition;
import io.sonia.contracts.ServiceModule;
import io.sonia.contracts.ServiceParts;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.Threads;
import io.sonia.kernel.Timers;
import io.sonia.kernel.http.Deadline;
import io.sonia.kernel.http.RestorePhase;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.settings.Live;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The model router: chooses and calls language models. */
public final class RouterModule implements ServiceModule {

    public static final ServiceDefinition DEFINITION = new ServiceDefinition(
            ServiceName.MODEL_ROUTER, List.of(RouterConfig.SECTION), RouterTables.MIGRATIONS, RouterModule::new);

    private static final Duration TICK = Duration.ofSeconds(1);
    private static final Duration SWEEP_EVERY = Duration.ofMinutes(1);

    private final Live<RouterConfig> config;
    private final Clock clock;
    private final Timers timers;
    private final ModelHttp http = new ModelHttp();
    private final Providers providers;
    private final Budgets budgets;
    private final Chats chats;
    private final Embeddings embeddings;
    private final RouterRoutes routes;
    private final BackendRoutes backends;
    private final Decisions decisions;
    private final RouteQueries queries;
    private @Nullable Deadline nextProbe;
    private volatile int unsettled;

    RouterModule(ServiceParts parts) {
        this.config = parts.settings().live(RouterConfig.SECTION);
        this.clock = parts.clock();
        this.timers = parts.timers();
        this.providers =
                new Providers(config, parts.home(), http, clock, parts.ids(), body -> Threads.virtual("probe", body));
        Quarantines quarantines = new Quarantines(config, parts.journal(), parts.clock());
        Routing routing = new Routing(config, providers, quarantines);
        this.budgets = new Budgets(config, parts.journal(), parts.clock(), parts.ids());
        ChatRun.Tools tools = new ChatRun.Tools(providers, quarantines, new CallPlaces(), config, clock);
        ChatMetrics metrics = new ChatMetrics(parts.metrics());
        this.decisions = new Decisions(parts.journal(), Cursors.of(parts.home(), clock), clock, parts.ids());
        this.chats = new Chats(
                routing,
                tools,
                parts.journal(),
                budgets,
                new Chats.Records(metrics, decisions, new ResponseCache(clock, parts.metrics())));
        this.embeddings = new Embeddings(routing, tools, parts.journal(), budgets, metrics, decisions);
        this.queries = new RouteQueries(routing, budgets, decisions, clock);
        this.backends = new BackendRoutes(providers, quarantines);
        this.routes =
                new RouterRoutes(chats, providers, new UsageReports(config, budgets, parts.journal()), config, clock);
    }

    @Override
    public List<Route<?>> routes() {
        return Stream.of(routes.list(), queries.list(), chats.running().list(), backends.list(), embeddings.list())
                .<Route<?>>flatMap(List::stream)
                .toList();
    }

    @Override
    public Map<String, @Nullable Object> detail() {
        long active = providers.all().stream().filter(ProviderEntry::available).count();
        return Map.of(
                "calls_running", chats.places().running(),
                "calls_waiting", chats.places().waiting(),
                "providers_available", active);
    }

    /** Calls that were under way when the process died; what they held counts as spent. */
    @Override
    public List<RestorePhase> restored() {
        return List.of(new RestorePhase("budget_reservations", 1, unsettled));
    }

    /** Probes run a second after the start at the earliest, so that they do not slow it down. */
    @Override
    public void start() {
        unsettled = budgets.settleFormer();
        timers.every("probe", TICK, this::probeIfDue);
        timers.every("decisions", SWEEP_EVERY, () -> decisions.sweep(Decisions.MAX_KEPT));
    }

    private synchronized void probeIfDue() {
        Deadline due = nextProbe;
        if (due == null || due.passed()) {
            nextProbe = Deadline.in(Duration.ofSeconds(config.get().probeIntervalSeconds()), clock);
            providers.probeAll();
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
