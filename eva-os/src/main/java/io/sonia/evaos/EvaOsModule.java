package io.sonia.evaos;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.ServiceDefinition;
import io.sonia.contracts.ServiceModule;
import io.sonia.contracts.ServiceParts;
import io.sonia.contracts.gateway.Severity;
import io.sonia.contracts.redaction.TextPlace;
import io.sonia.evaos.supervision.ChildPlan;
import io.sonia.evaos.supervision.HealthProbe;
import io.sonia.evaos.supervision.Supervision;
import io.sonia.evaos.supervision.SupervisionConfig;
import io.sonia.evaos.supervision.SupervisionRoutes;
import io.sonia.journal.OutboxRelay;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Resolver;
import io.sonia.kernel.http.RestorePhase;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.identity.KeyMaterial;
import io.sonia.kernel.json.WireNamed;
import io.sonia.kernel.settings.AuditConfig;
import io.sonia.kernel.settings.AuthConfig;
import io.sonia.kernel.settings.Live;
import io.sonia.kernel.settings.ServicesConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** EVA-OS, the control plane: identity, policy, the gate, approvals, grants and tasks. */
public final class EvaOsModule implements ServiceModule {

    /** EVA-OS beside the other services in one process. */
    public static final ServiceDefinition DEFINITION = supervising(List.of());

    private static final Duration SWEEP_EVERY = Duration.ofSeconds(1);
    private static final Duration POLICY_EVERY = Duration.ofSeconds(2);
    private static final Duration RENEW_EVERY = Duration.ofSeconds(10);
    private static final Duration REAP_EVERY = Duration.ofMinutes(1);
    private static final Duration PUBLISH_EVERY = Duration.ofMinutes(1);

    private final ServiceParts parts;
    private final Identities identities;
    private final PolicyFolder folder;
    private final KillSwitches stops;
    private final PolicyInForce policy;
    private volatile PolicyFolder.Found files = new PolicyFolder.Found(PolicyFolder.State.IN_FORCE, List.of());
    private final ApprovalSweep sweep;
    private final Notary notary;
    private final Events events;
    private final Alerts alerts;
    private final AlertPost alertPost;
    private final EvaOsRoutes routes;
    private final Supervision supervision;
    private final Wakeups wakeups = new Wakeups();
    private volatile @Nullable OutboxRelay relay;
    private volatile List<RestorePhase> restored = List.of();

    /** EVA-OS that runs the planned services as its child processes. */
    public static ServiceDefinition supervising(List<ChildPlan> plans) {
        return new ServiceDefinition(
                ServiceName.EVA_OS,
                List.of(ApprovalsConfig.SECTION, PolicyConfig.SECTION, SupervisionConfig.SECTION),
                EvaOsSchema.MIGRATIONS,
                parts -> new EvaOsModule(parts, plans));
    }

    /**
     * Issues the keys of all services first, because nothing else in the house can start without them.
     *
     * @throws io.sonia.kernel.SoniaException AUTH_UNAVAILABLE if key material is missing or bad, CONFIG_INVALID if the
     *     policy is refused
     */
    private EvaOsModule(ServiceParts parts, List<ChildPlan> plans) {
        this.parts = parts;
        Foundation base = new Foundation(parts.journal(), parts.clock(), parts.ids(), new Figures(parts.metrics()));
        new AfterRestore(base, parts.home()).boot();
        KeyMaterial keys = KeyMaterial.load(parts.home());
        AuthConfig auth = parts.settings().section(AuthConfig.SECTION);
        PublishedKeys published = new PublishedKeys(base, parts.home(), keys, parts.verifiers(), wakeups);
        this.identities = new Identities(base, parts.home(), auth, published);
        this.folder = new PolicyFolder(parts.home().policies());
        // An approved change whose files a crash kept from being written is written first.
        PolicyVersions versions = new PolicyVersions(base);
        versions.unwritten().ifPresent(approved -> {
            folder.write(approved);
            versions.written(approved.version());
        });
        this.stops = new KillSwitches(base, wakeups);
        this.policy = new PolicyInForce(
                folder.load(),
                stops,
                base,
                parts.settings().live(PolicyConfig.SECTION),
                parts.home().workspace());
        Live<ApprovalsConfig> limits = parts.settings().live(ApprovalsConfig.SECTION);
        Cursors cursors = Cursors.of(parts.home(), parts.clock());
        Grants grants = new Grants(base, keys, policy::version);
        PolicyUpdates updates =
                new PolicyUpdates(base, policy, folder, parts.settings().live(PolicyConfig.SECTION), limits);
        Approvals approvals = new Approvals(base, grants, limits, cursors, wakeups, updates);
        this.sweep = new ApprovalSweep(base, approvals, policy::version);
        this.notary = new Notary(
                base,
                parts.home(),
                parts.settings().section(AuditConfig.SECTION).heads(parts.home()));
        SupervisionConfig supervised = parts.settings().section(SupervisionConfig.SECTION);
        this.events = new Events(base, cursors, Duration.ofDays(supervised.eventRetentionDays()));
        this.alerts = new Alerts(base, () -> policy.set().alerts(), cursors);
        this.alertPost = new AlertPost(
                base,
                parts.home(),
                () -> policy.set().alerts().routing(),
                new WebhookPost(Resolver.system(), parts.clock(), WebhookPost.LONGEST),
                parts.metrics());
        this.routes = new EvaOsRoutes(
                new Gate(base, policy, stops, grants, limits),
                approvals,
                new Amendments(base, approvals, policy, limits),
                grants,
                new Tasks(base, cursors),
                policy,
                updates,
                stops,
                identities,
                published,
                new Persons(base, cursors, auth, published),
                notary,
                events,
                alerts);
        this.supervision = supervision(parts, plans);
        for (Severity each : Severity.values()) {
            parts.metrics()
                    .gauge(
                            "sonia_alerts_open",
                            "Alerts that nobody has acknowledged",
                            Map.of("severity", WireNamed.of(each)),
                            () -> alerts.open(each));
        }
        parts.metrics().gauge("sonia_kill_switch_engaged", "Kill switches that are set", stops::count);
        parts.metrics()
                .gauge("sonia_approvals_pending", "Approvals that wait for a person", () -> count(Counted.PENDING));
    }

    private static Supervision supervision(ServiceParts parts, List<ChildPlan> plans) {
        SupervisionConfig config = parts.settings().section(SupervisionConfig.SECTION);
        return new Supervision(
                plans,
                new Supervision.Parts(
                        config,
                        parts.settings().section(ServicesConfig.SECTION),
                        parts.home(),
                        parts.journal(),
                        parts.clock(),
                        parts.ids(),
                        parts.log(),
                        parts.metrics(),
                        new HealthProbe(parts.peers()::port, config.probeTimeout(), parts.clock())));
    }

    @Override
    public List<Route<?>> routes() {
        List<Route<?>> all = new ArrayList<>(routes.list());
        all.addAll(new SupervisionRoutes(supervision).list());
        return all;
    }

    @Override
    public List<RestorePhase> restored() {
        return restored;
    }

    /** Restore order: approvals, tasks, restart budgets; the budgets before anything is started. */
    @Override
    public List<TextPlace> texts() {
        return EvaOsSchema.TEXTS;
    }

    @Override
    public void start() {
        notary.boot();
        policy.boot();
        sweep.boot();
        restored = List.of(
                new RestorePhase("confirmations", 1, count(Counted.PENDING)),
                new RestorePhase("tasks", 2, count(Counted.TASKS)),
                new RestorePhase("restart_budgets", 3, supervision.startAll()));
        parts.timers().every("approvals", SWEEP_EVERY, sweep::tick);
        parts.timers().every("audit heads", PUBLISH_EVERY, notary::publish);
        parts.timers().every("credentials of all services", RENEW_EVERY, identities::renew);
        relay = OutboxRelay.start(parts.journal(), alertPost, parts.clock());
        parts.timers().every("alerts", SWEEP_EVERY, alerts::tick);
        parts.timers().every("old alerts", REAP_EVERY, alerts::reap);
        parts.timers().every("events", REAP_EVERY, events::reap);
        parts.timers().every("maintenance", SWEEP_EVERY, supervision::tick);
        parts.timers().every("policy files", POLICY_EVERY, this::lookAtFiles);
    }

    @Override
    public Map<String, @Nullable Object> detail() {
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        detail.put("policy_version", policy.version());
        detail.put("policy_files", WireNamed.of(files.state()));
        detail.put("policy_problems", files.problems());
        detail.put("kill_switches_engaged", stops.count());
        detail.put("pending_approvals", count(Counted.PENDING));
        detail.put("tasks", count(Counted.TASKS));
        return detail;
    }

    @Override
    public void close() {
        wakeups.close();
        events.close();
        OutboxRelay carrying = relay;
        if (carrying != null) {
            carrying.close();
        }
        supervision.stopAll();
        try {
            notary.publish();
        } catch (SoniaException e) {
            parts.log().error("audit.heads.behind", "The newest audit heads are not published", Map.of(), e);
        }
    }

    /** An edited file is not in force before it is proposed and approved, or EVA-OS starts anew; that is told once. */
    private void lookAtFiles() {
        PolicyFolder.Found found = folder.compared(policy.version());
        if (!found.equals(files) && found.state() != PolicyFolder.State.IN_FORCE) {
            parts.log()
                    .warn(
                            "policy.files",
                            found.state() == PolicyFolder.State.INVALID
                                    ? "The policy files are no policy; the last good one stays in force"
                                    : "The policy files were edited and are not in force: propose them",
                            Map.of(
                                    "code",
                                    ErrorCode.CONFIG_INVALID.name(),
                                    "policy_version",
                                    policy.version(),
                                    "problems",
                                    found.problems()));
        }
        files = found;
    }

    private enum Counted {
        PENDING,
        TASKS
    }

    private long count(Counted what) {
        return parts.journal()
                .read(sql -> what == Counted.PENDING ? ApprovalStore.pending(sql) : TaskStore.living(sql));
    }
}
