package io.sonia.platform;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.ServiceDefinition;
import io.sonia.contracts.ServiceModule;
import io.sonia.contracts.ServiceParts;
import io.sonia.contracts.audit.Attestation;
import io.sonia.contracts.audit.AuditRoutes;
import io.sonia.contracts.audit.ExternalHeads;
import io.sonia.contracts.audit.HeadCheck;
import io.sonia.contracts.backup.StateSnapshots;
import io.sonia.contracts.redaction.TextRedactions;
import io.sonia.journal.Journal;
import io.sonia.journal.JournalConfig;
import io.sonia.journal.JournalOptions;
import io.sonia.journal.PostgresDatabase;
import io.sonia.journal.PostgresJournal;
import io.sonia.journal.SqliteJournal;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.Home;
import io.sonia.kernel.Redactor;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Threads;
import io.sonia.kernel.Timers;
import io.sonia.kernel.http.Breakers;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.KernelRoutes;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peers;
import io.sonia.kernel.http.ReadinessCheck;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.http.ServiceServer;
import io.sonia.kernel.identity.KeyMaterial;
import io.sonia.kernel.identity.NotaryKeys;
import io.sonia.kernel.identity.Verifiers;
import io.sonia.kernel.logging.LoggingConfig;
import io.sonia.kernel.logging.ServiceLog;
import io.sonia.kernel.metrics.Metrics;
import io.sonia.kernel.settings.AuditConfig;
import io.sonia.kernel.settings.AuthConfig;
import io.sonia.kernel.settings.BreakersConfig;
import io.sonia.kernel.settings.IdempotencyConfig;
import io.sonia.kernel.settings.ServicesConfig;
import io.sonia.kernel.settings.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One running service: its store, its credentials, its module and its server, started and stopped in order. */
final class ServiceHost implements AutoCloseable {

    private static final Duration CONFIG_POLL = Duration.ofSeconds(1);
    private static final Duration CHECKPOINT_LOOK = Duration.ofSeconds(1);
    private static final Duration OWN_WORK = Duration.ofSeconds(30);
    private static final Duration REAP_EVERY = Duration.ofMinutes(1);
    private static final int REAP_LIMIT = 1_000;
    /** How often a lease is renewed before it would lapse. */
    private static final int RENEWALS = 3;

    private static final Duration DRAIN = Duration.ofSeconds(3);

    private final HostProcess process;
    private final ServiceName service;
    private final ServiceLog log;
    private final AuthConfig auth;
    private final Optional<Duration> lead;
    private final Duration renewal;
    private final Journal journal;
    private final ServiceModule module;
    private final ServiceServer server;
    private final KernelRoutes kernelRoutes;
    private final CredentialFeed credentials;
    private final Timers timers;
    private final RedisShare share;
    private final Checkpoints checkpoints;
    private final EventFeed events;
    private final Breakers breakers;
    private final Optional<Witnessing> witness;
    private volatile boolean auditSound = true;

    ServiceHost(ServiceDefinition definition, HostProcess process) {
        this.process = process;
        this.service = definition.name();
        Settings settings = process.settings();
        this.auth = settings.section(AuthConfig.SECTION);
        Home home = process.home();
        this.log = process.logs()
                .open(service, home.log(service, process.instance()), settings.live(LoggingConfig.SECTION));
        this.timers = new Timers(
                process.clock(),
                (name, failure) -> log.error("timer.failed", "Background work failed", Map.of("timer", name), failure));
        Hlc hlc = new Hlc(process.clock());
        this.share = new RedisShare(service, process, timers);
        Optional<PostgresDatabase> database =
                settings.section(JournalConfig.SECTION).databaseOf(service, home);
        this.lead = database.map(each -> settings.section(JournalConfig.SECTION).lease());
        this.renewal = renewal(settings);
        this.journal = journal(definition, process, hlc, database);
        HeadCheck heads = new HeadCheck(service, journal, heads(settings, home));
        AuditConfig auditing = settings.section(AuditConfig.SECTION);
        this.witness = witness(auditing, home);
        requireSigned(heads, process);
        Verifiers verifiers = verifiers(process);
        this.credentials = new CredentialFeed(service, home, verifiers, process.clock(), process.ids());
        Metrics metrics = new Metrics();
        this.breakers = breakers(process, metrics);
        Peers peers = new Peers(ports(settings), hlc, credentials::token, breakers);
        this.checkpoints = new Checkpoints(service, journal, auditing, peers.of(ServiceName.EVA_OS), process, log);
        this.events = new EventFeed(service, journal, peers.of(ServiceName.EVA_OS), process);
        if (journal.instance() == 1) {
            checkpoints.measure(metrics);
        }
        AuditRoutes audit = audit(heads, process);
        this.module = definition.factory().apply(parts(process, metrics, peers, verifiers, audit));
        credentials.load(peers.of(ServiceName.EVA_OS));
        List<Route<?>> routes = routes(audit, home);
        this.kernelRoutes = new KernelRoutes(facts(process, verifiers, metrics, peers), routes, module.sockets());
        ServiceServer.Parts parts = new ServiceServer.Parts(
                service,
                settings,
                process.clock(),
                process.ids(),
                hlc,
                verifiers,
                journal,
                journal,
                share.claims(),
                share.buckets(),
                new RequestRecorder(service, metrics, log, process.clock()),
                module.browsers());
        this.server = new ServiceServer(
                parts, kernelRoutes.all(routes), module.sockets(), port(definition, process), peers.slo());
    }

    private ServiceParts parts(
            HostProcess process, Metrics metrics, Peers peers, Verifiers verifiers, AuditRoutes audit) {
        return new ServiceParts(
                service,
                process.home(),
                process.settings(),
                journal,
                process.clock(),
                process.ids(),
                timers,
                metrics,
                log,
                peers,
                verifiers,
                audit);
    }

    /** Where this process of the service listens. */
    private static int port(ServiceDefinition definition, HostProcess process) {
        ServicesConfig.Endpoint endpoint =
                process.settings().section(ServicesConfig.SECTION).of(definition.name());
        return endpoint.ports().get(instance(definition, process) - 1);
    }

    private Breakers breakers(HostProcess process, Metrics metrics) {
        Breakers made = new Breakers(
                service,
                process.clock(),
                process.ids(),
                process.settings().live(BreakersConfig.SECTION),
                new BreakerMoves(service, journal, process, log)::moved);
        made.measure(metrics);
        return made;
    }

    private List<Route<?>> routes(AuditRoutes audit, Home home) {
        List<Route<?>> routes = new ArrayList<>(withAudit(module.routes(), audit));
        routes.add(new TextRedactions(journal, module.texts()).route());
        routes.add(new StateSnapshots(service, home, journal, timers).route());
        return routes;
    }

    /** Whoever leads a service is its first process, with its first port; of some services each one serves. */
    private static int instance(ServiceDefinition definition, HostProcess process) {
        return definition.sideBySide() ? process.instance() : 1;
    }

    private static Duration renewal(Settings settings) {
        int lease = settings.section(IdempotencyConfig.SECTION).leaseSeconds();
        return Duration.ofSeconds(lease).dividedBy(RENEWALS);
    }

    private static Verifiers verifiers(HostProcess process) {
        return new Verifiers(
                KeyMaterial.publicKey(process.home()),
                process.clock(),
                Duration.ofSeconds(
                        process.settings().section(AuthConfig.SECTION).verifierMaxAgeSeconds()));
    }

    /** The first process of a service has its chain signed. */
    private AuditRoutes audit(HeadCheck heads, HostProcess process) {
        return new AuditRoutes(
                service,
                journal,
                Cursors.of(process.home(), process.clock()),
                new Attestation(
                        heads,
                        journal.instance() == 1 ? checkpoints::sign : () -> {},
                        process.settings().section(AuditConfig.SECTION)),
                process.clock(),
                process.ids());
    }

    private static ExternalHeads heads(Settings settings, Home home) {
        return new ExternalHeads(settings.section(AuditConfig.SECTION).heads(home), () -> NotaryKeys.published(home));
    }

    /** The first process of a service gives its heads to the witness. */
    private Optional<Witnessing> witness(AuditConfig config, Home home) {
        AuditConfig.Witness named = config.witness();
        return named == null || journal.instance() != 1
                ? Optional.empty()
                : Optional.of(new Witnessing(service, named, home.witnessed(service), journal, log));
    }

    /** A store that was put back or written anew is found by what was signed of it; it is let go before anything is served. */
    private void requireSigned(HeadCheck heads, HostProcess process) {
        try {
            Context own = Context.own(service, "boot", null, OWN_WORK, process.ids(), process.clock());
            heads.require(AuditEvent.of("audit.head.accepted", own.origin()));
            witness.ifPresent(Witnessing::require);
        } catch (SoniaException e) {
            journal.close();
            throw e;
        }
    }

    /** The journal where the settings want it. In a database a second process of the service waits for the first. */
    private Journal journal(
            ServiceDefinition definition, HostProcess process, Hlc hlc, Optional<PostgresDatabase> database) {
        IdempotencyConfig answers = process.settings().section(IdempotencyConfig.SECTION);
        JournalOptions options = JournalOptions.of(Redactor::map, reason -> process.fatal(service, reason))
                .answers(Duration.ofSeconds(answers.ttlSeconds()), answers.maxStoredBytes())
                .lease(Duration.ofSeconds(answers.leaseSeconds()));
        if (database.isPresent()) {
            try (Waiting waiting = new Waiting(service, process, log)) {
                return PostgresJournal.lead(
                        database.get(),
                        service,
                        definition.migrations(),
                        process.clock(),
                        hlc,
                        options.instance(new JournalOptions.Instance(
                                instance(definition, process),
                                !definition.sideBySide(),
                                process.settings()
                                        .section(JournalConfig.SECTION)
                                        .lease(),
                                waiting::begin)));
            }
        }
        return SqliteJournal.open(
                process.home().database(service), service, definition.migrations(), process.clock(), hlc, options);
    }

    /** What the service tells about itself, asked anew for each answer. */
    private KernelRoutes.Facts facts(HostProcess process, Verifiers verifiers, Metrics metrics, Peers peers) {
        return new KernelRoutes.Facts(
                service,
                process.clock(),
                process.settings(),
                journal,
                () -> journal.state().open(),
                () -> auditSound && witness.map(Witnessing::sound).orElse(true),
                verifiers::usable,
                () -> journal.state().schemaVersion(),
                module::restored,
                checks(),
                metrics::text,
                this::load,
                module::detail,
                peers.slo(),
                breakers);
    }

    private List<ReadinessCheck> checks() {
        List<ReadinessCheck> checks = new ArrayList<>(module.checks());
        checks.addAll(share.checks());
        return checks;
    }

    /** Serves, then lets the module take up its work. */
    void start() {
        server.start();
        module.start();
        credentials.follow();
        lead.ifPresent(lease -> timers.every("lease", lease.dividedBy(RENEWALS), () -> journal.commit(tx -> true)));
        timers.every("keys", renewal, journal::renewKeys);
        if (journal.instance() == 1) {
            timers.every("checkpoint", CHECKPOINT_LOOK, checkpoints::tick);
            timers.every("event feed", EventFeed.EVERY, events::tick);
            witness.ifPresent(each -> timers.every("witness", each.interval(), each::submit));
        }
        timers.every("reaper", REAP_EVERY, () -> journal.reap(REAP_LIMIT));
        journal.chain().whenBroken(this::chainBroken);
        Threads.virtual("audit check " + service, this::checkAudit);
        if (!auth.enabled()) {
            log.warn("auth.off", "Authentication is OFF: whoever can reach this port is the operator", Map.of());
        }
        if (auth.openDiagnostics()) {
            log.warn("auth.open_diagnostics", "Diagnostics are open to everybody on this machine", Map.of());
        }
        log.info("service.started", "The service is up", Map.of("port", server.port()));
    }

    ServiceName service() {
        return service;
    }

    static Duration configPoll() {
        return CONFIG_POLL;
    }

    /** The whole chain, once after start: the tail was checked before. */
    private void checkAudit() {
        journal.chain().verify(null, null);
    }

    /** Stays so until the next start: what was damaged once is looked at by a person. */
    private void chainBroken(long firstBadSeq, String reason) {
        boolean news = auditSound;
        auditSound = false;
        log.error(
                "audit.chain.broken",
                "The audit chain does not verify",
                Map.of("first_bad_seq", firstBadSeq, "reason", reason),
                null);
        if (news) {
            // Whoever met it is reading: it is told by somebody else.
            Threads.virtual("audit chain broken", () -> tellBroken(firstBadSeq, reason));
        }
    }

    private void tellBroken(long firstBadSeq, String reason) {
        Context own = Context.own(service, "timer", null, OWN_WORK, process.ids(), process.clock());
        try {
            journal.append(AuditEvent.of("audit.chain.broken", own.origin())
                    .outcome(ErrorCode.AUDIT_CHAIN_BROKEN)
                    .about("audit", service.wireName())
                    .detail(Map.of("first_bad_seq", firstBadSeq, "reason", reason)));
        } catch (SoniaException e) {
            log.error("audit.chain.broken", "The broken chain takes no entry about it", Map.of(), e);
        }
    }

    private ServiceServer.Load load() {
        return server.load();
    }

    /** Stops in the reverse of the order of start. */
    @Override
    public void close() {
        kernelRoutes.stopping();
        credentials.close();
        timers.close();
        module.close();
        server.stop(DRAIN);
        share.close();
        journal.close();
        log.info("service.stopped", "The service has stopped", Map.of());
    }

    /** The module's routes; the audit routes too, unless the module serves them in its own way. */
    private static List<Route<?>> withAudit(List<Route<?>> own, AuditRoutes audit) {
        Set<Operation> served = new HashSet<>(own.stream().map(Route::operation).toList());
        List<Route<?>> routes = new ArrayList<>(own);
        audit.list().stream().filter(each -> !served.contains(each.operation())).forEach(routes::add);
        return routes;
    }

    private static Map<ServiceName, Integer> ports(Settings settings) {
        Map<ServiceName, Integer> ports = new EnumMap<>(ServiceName.class);
        for (ServiceName each : ServiceName.values()) {
            ports.put(each, settings.section(ServicesConfig.SECTION).of(each).port());
        }
        return ports;
    }
}
