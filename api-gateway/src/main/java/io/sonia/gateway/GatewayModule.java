package io.sonia.gateway;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.NeededService;
import io.sonia.contracts.ServiceDefinition;
import io.sonia.contracts.ServiceModule;
import io.sonia.contracts.ServiceParts;
import io.sonia.contracts.backup.BackupConfig;
import io.sonia.contracts.gateway.SloConfig;
import io.sonia.contracts.redaction.TextPlace;
import io.sonia.journal.ForeignWork;
import io.sonia.journal.OutboxRelay;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.http.Peer;
import io.sonia.kernel.http.ReadinessCheck;
import io.sonia.kernel.http.RestorePhase;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.settings.Section;
import io.sonia.kernel.settings.ServicesConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The only door for callers: sessions, turns, actions and confirmations, and a view on every service behind. */
public final class GatewayModule implements ServiceModule {

    private static final Section<GatewayConfig> SECTION = Section.fixed("api_gateway", GatewayConfig.class);

    public static final ServiceDefinition DEFINITION = new ServiceDefinition(
            ServiceName.API_GATEWAY,
            List.of(SECTION, BackupConfig.SECTION, SloConfig.SECTION),
            GatewayTables.MIGRATIONS,
            GatewayModule::new,
            true);

    private static final Duration SWEEP_EVERY = Duration.ofSeconds(5);
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);
    private static final Duration SUCCEED_EVERY = Duration.ofSeconds(2);

    private final ServiceParts parts;
    private final Sessions sessions;
    private final Actions actions;
    private final DeadLetters deadLetters;
    private final TurnStore turnStore;
    private final Turns turns;
    private final MemoryWrites memoryWrites;
    private final Incidents incidents;
    private final Backups backups;
    private final SloController slo;
    private final HealthProbes health;
    private final List<Route<?>> routes;
    private @Nullable OutboxRelay relay;
    private volatile List<RestorePhase> restored = List.of();

    GatewayModule(ServiceParts parts) {
        this.parts = parts;
        GatewayConfig config = parts.settings().section(SECTION);
        Peer evaOs = parts.peers().of(ServiceName.EVA_OS);
        Peer openclaw = parts.peers().of(ServiceName.OPENCLAW);
        Peer memoryEngine = parts.peers().of(ServiceName.MEMORY_ENGINE);
        SloSamples samples = new SloSamples(parts.clock(), parts.metrics());
        Shedding shedding =
                new Shedding(parts.peers().slo(), parts.settings().live(SloConfig.SECTION), parts.metrics());
        ErrorBudget budget = new ErrorBudget(parts.clock(), parts.settings().live(SloConfig.SECTION), parts.metrics());
        this.slo = new SloController(parts, samples, shedding, budget);
        this.health = new HealthProbes(parts);
        this.sessions = new Sessions(parts.journal(), config, parts.clock(), parts.ids());
        LetterStore letters = new LetterStore(parts.journal(), config.deadLetterCap(), parts.clock(), parts.ids());
        this.actions = new Actions(
                new ActionRecords(parts.journal(), letters), evaOs, openclaw, samples, parts.clock(), parts.ids());
        this.deadLetters = new DeadLetters(parts.journal(), letters, actions, parts.clock(), parts.ids());
        this.memoryWrites = new MemoryWrites(memoryEngine, parts.clock(), parts.ids(), samples);
        TurnJournal journal = new TurnJournal(parts.journal(), memoryWrites, sessions, samples, shedding, budget);
        TurnRun.Parts runParts = new TurnRun.Parts(
                config,
                new TurnSources.Live(
                        new Recall(memoryEngine, config, samples, shedding),
                        new ToolCatalog(openclaw, parts.clock()),
                        new ModelCall(parts.peers().of(ServiceName.MODEL_ROUTER), samples)),
                actions,
                journal,
                new Changes(),
                parts.clock(),
                parts.log());
        this.turnStore = new TurnStore(parts.journal());
        this.turns = new Turns(runParts, journal, sessions, turnStore, new TurnStops(parts.journal()), parts.ids());
        this.incidents = new Incidents(parts);
        this.backups = new Backups(parts);
        this.routes = routes(evaOs, new TurnReplays(runParts, turnStore, parts.journal(), evaOs, parts.ids()));
    }

    private List<Route<?>> routes(Peer evaOs, TurnReplays replays) {
        Cursors cursors = Cursors.of(parts.home(), parts.clock());
        Confirmations confirmations =
                new Confirmations(evaOs, actions, new ForeignWork(parts.journal()), parts.clock());
        List<Route<?>> all = new ArrayList<>();
        all.addAll(new TurnRoutes(turns, parts.journal(), cursors, parts.clock()).list());
        Peer router = parts.peers().of(ServiceName.MODEL_ROUTER);
        ModelNames models = new ModelNames(router, parts.clock());
        all.addAll(new EmbeddingRoutes(router).list());
        all.addAll(new CompletionRoutes(turns, models, parts.journal(), parts.clock()).list());
        all.addAll(new ReplayRoutes(replays, parts.journal(), parts.ids()).list());
        all.addAll(new SessionRoutes(sessions, turns, actions, parts.journal(), cursors).list());
        all.addAll(
                new ActionRoutes(actions, confirmations, parts.journal(), cursors, parts.clock(), parts.ids()).list());
        all.addAll(new DeadLetterRoutes(deadLetters, parts.journal(), cursors, parts.clock()).list());
        all.addAll(confirmations.list());
        all.addAll(new IncidentRoutes(incidents, parts.journal(), cursors).list());
        all.addAll(new BackupRoutes(
                        backups,
                        new LetterRestore(
                                parts.journal(),
                                parts.settings().section(SECTION).deadLetterCap()),
                        parts.journal(),
                        cursors)
                .list());
        all.addAll(new Diagnostics(parts, sessions, deadLetters.store(), cursors).list());
        all.addAll(new SloRoutes(slo).list());
        all.addAll(health.list());
        all.addAll(new DepsRoute(parts.peers(), parts.clock()).list());
        all.addAll(new AuditFanOut(parts.audit(), parts.journal(), parts.peers()).list());
        return List.copyOf(all);
    }

    @Override
    public List<Route<?>> routes() {
        return routes;
    }

    @Override
    public List<ReadinessCheck> checks() {
        return List.of(
                NeededService.of(parts, ServiceName.EVA_OS),
                NeededService.of(parts, ServiceName.MEMORY_ENGINE),
                NeededService.of(parts, ServiceName.MODEL_ROUTER),
                NeededService.of(parts, ServiceName.OPENCLAW));
    }

    @Override
    public Map<String, @Nullable Object> detail() {
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        detail.put("sessions_active", sessions.activeCount());
        detail.put("turns_running", turns.runningCount());
        detail.put("actions_open", actions.openCount());
        detail.put("dead_letters", deadLetters.store().unresolved());
        return detail;
    }

    @Override
    public List<RestorePhase> restored() {
        return restored;
    }

    /** Restore order: sessions, then what waits for confirmation, then turns. */
    @Override
    public List<TextPlace> texts() {
        return GatewayTables.TEXTS;
    }

    @Override
    public void start() {
        incidents.sweep();
        backups.start();
        int open = sessions.activeCount();
        int waiting = actions.resume();
        deadLetters.sweep();
        relay = relay();
        restored = List.of(
                new RestorePhase("sessions", 1, open),
                new RestorePhase("confirmations", 2, waiting),
                new RestorePhase("turns", 3, turns.resume()));
        slo.start(turns::announce);
        health.start();
        parts.timers().every("sessions", SWEEP_EVERY, this::sweep);
        ServicesConfig.Endpoint endpoint =
                parts.settings().section(ServicesConfig.SECTION).of(parts.service());
        if (endpoint.ports().size() > 1) {
            parts.timers().every("stops", LOOK_EVERY, () -> whileStored(turns::obeyStops));
            parts.timers().every("other gateways", SUCCEED_EVERY, () -> whileStored(this::succeed));
        }
        parts.metrics().gauge("sonia_sessions_active", "Sessions that can take a turn", sessions::activeCount);
        parts.metrics()
                .gauge(
                        "sonia_dead_letters",
                        "Failed actions that wait to be replayed or discarded",
                        () -> deadLetters.store().unresolved());
    }

    private OutboxRelay relay() {
        return OutboxRelay.start(parts.journal(), memoryWrites, parts.clock());
    }

    /** Ends sessions whose time is over, withdraws what waits in ended ones, and takes up turns that broke off. */
    void sweep() {
        sessions.sweep();
        actions.withdrawOfEndedSessions();
        deadLetters.sweep();
        turns.resume();
    }

    /** Judges the window of latencies if it is over. */
    void judge() {
        slo.tick();
    }

    /** What is done so often need not be logged as a failure each time while the store is away. */
    private void whileStored(Runnable work) {
        if (parts.journal().state().open()) {
            work.run();
        }
    }

    /** Goes on with the work of gateways that are gone. */
    private void succeed() {
        boolean more = parts.journal().takeOver((tx, gone) -> {
            actions.store().inherit(tx, gone);
            deadLetters.store().inherit(tx, gone);
            turnStore.inherit(tx, gone);
        });
        if (more) {
            actions.resume();
            turns.resume();
            carryMore();
        }
    }

    /** A relay reads on from where it is; only a new one sees messages that were older than that and not its own. */
    private synchronized void carryMore() {
        if (relay != null) {
            relay.close();
            relay = relay();
        }
    }

    @Override
    public synchronized void close() {
        turns.close();
        actions.close();
        if (relay != null) {
            relay.close();
            relay = null;
        }
    }
}
