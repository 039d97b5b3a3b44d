package io.sonia.kernel.http;

import io.sonia.kernel.AuditTrail;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SloMode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Version;
import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Query;
import io.sonia.kernel.json.Text;
import io.sonia.kernel.settings.AuthConfig;
import io.sonia.kernel.settings.Reload;
import io.sonia.kernel.settings.Settings;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What every service answers about itself. */
public final class KernelRoutes {

    /**
     * What there is to tell.
     *
     * @param storeOpen whether the store can commit
     * @param auditSound whether the audit chain verified so far
     * @param schemaVersion of the service's tables
     * @param restored what was taken up from a former life; empty until that is done
     * @param checks what has to hold for the service to be ready
     * @param metrics the exposition text
     * @param breakers between it and the services it calls
     */
    public record Facts(
            ServiceName service,
            Clock clock,
            Settings settings,
            AuditTrail audit,
            BooleanSupplier storeOpen,
            BooleanSupplier auditSound,
            BooleanSupplier authUsable,
            IntSupplier schemaVersion,
            Supplier<List<RestorePhase>> restored,
            List<ReadinessCheck> checks,
            Supplier<byte[]> metrics,
            Supplier<ServiceServer.Load> load,
            Supplier<Map<String, @Nullable Object>> detail,
            SloSignal slo,
            Breakers breakers) {}

    /** Whether a service is ready to work, and what it took up from its former life. */
    public record Ready(boolean ready, List<RestorePhase> restored, List<Check> checks) {

        /** One condition; {@code detail} says what is missing. */
        public record Check(
                String name, boolean ok, @Nullable String detail) {}
    }

    /** What runs here. */
    public record Build(
            String service, String version, String contractVersion, int schemaVersion, String javaVersion) {}

    /** A greeting. */
    public record Greeting(String service, String status, String version, String contractVersion) {}

    /** How a service is doing. */
    public record Status(
            String service,
            String status,
            Instant timestamp,
            String version,
            String contractVersion,
            double uptimeSeconds,
            long pid,
            SloMode sloMode,
            Posture authPosture,
            List<ServiceServer.Load> queues,
            Map<String, Breaker.State> breakers,
            List<String> configProblems,
            Map<String, @Nullable Object> detail) {

        /** How callers are checked. */
        public record Posture(boolean authEnabled, boolean devMode, boolean openDiagnostics) {

            private static Posture of(AuthConfig auth) {
                return new Posture(auth.enabled(), !auth.enabled(), auth.openDiagnostics());
            }
        }
    }

    /** Which part of the configuration to show. */
    public record ConfigQuery(
            @Query @Nullable @Text(min = 1, max = 64) String section) {}

    /** The configuration in force; secrets are masked. */
    public record ConfigView(
            Map<String, @Nullable Object> effective,
            Map<String, @Nullable Object> origin,
            String digest,
            long generation,
            Instant loadedAt) {}

    /** Asks to read the configuration again. */
    public record ReloadRequest(@Query @Default("false") boolean dryRun) {}

    private static final byte[] NO_METRICS = new byte[0];

    private final Facts facts;
    private final Instant startedAt;
    private final OpenApi openApi;
    private volatile boolean stopping;

    public KernelRoutes(Facts facts, List<Route<?>> serviceRoutes, List<SocketRoute> sockets) {
        this.facts = facts;
        this.startedAt = facts.clock().now();
        this.openApi = new OpenApi(facts.service(), () -> all(serviceRoutes), sockets);
    }

    /** From now on health says that the service is stopping. */
    public void stopping() {
        stopping = true;
    }

    /** These routes, unless the service serves them in its own way, and the service's own. */
    public List<Route<?>> all(List<Route<?>> serviceRoutes) {
        Set<Operation> served = serviceRoutes.stream()
                .map(Route::operation)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Operation.class)));
        List<Route<?>> routes = new ArrayList<>(list());
        routes.addAll(new BreakerRoutes(facts.breakers(), facts.audit()).list());
        routes.removeIf(each -> served.contains(each.operation()));
        routes.addAll(serviceRoutes);
        return routes;
    }

    private List<Route<?>> list() {
        return List.of(
                Route.of(Operation.HEALTH, Greeting.class, this::health),
                Route.of(Operation.READY, Ready.class, this::ready),
                Route.of(Operation.VERSION, Build.class, this::version),
                Route.of(Operation.ROOT, Greeting.class, this::root),
                Route.of(Operation.STATUS, Status.class, this::status),
                Route.of(Operation.METRICS, Greeting.class, this::metrics),
                Route.of(Operation.OPENAPI, Greeting.class, this::openApi),
                Route.of(Operation.CONFIG_GET, ConfigQuery.class, ConfigView.class, this::config),
                Route.of(Operation.CONFIG_RELOAD, ReloadRequest.class, Reload.class, this::reload));
    }

    private Reply health(Call<Empty> call) {
        boolean store = facts.storeOpen().getAsBoolean();
        boolean audit = facts.auditSound().getAsBoolean();
        boolean auth = facts.authUsable().getAsBoolean();
        boolean config = facts.settings().problems().isEmpty();
        ErrorCode code = !store
                ? ErrorCode.STORAGE_UNAVAILABLE
                : !audit ? ErrorCode.AUDIT_UNAVAILABLE : !auth ? ErrorCode.AUTH_UNAVAILABLE : null;
        Map<String, @Nullable Object> checks = new LinkedHashMap<>();
        checks.put("store", word(store));
        checks.put("audit", word(audit));
        checks.put("auth", word(auth));
        checks.put("config", word(config));
        Map<String, @Nullable Object> body =
                health(facts.service(), code == null, facts.clock().now(), statusWord(code == null), uptime(), checks);
        if (code != null) {
            body.put("code", code.name());
        }
        int status = code == null ? 200 : code.httpStatus();
        return new Reply.Raw(status, Headers.JSON, Json.bytes(body));
    }

    /** The body of {@code /healthz}, which has no envelope. */
    static Map<String, @Nullable Object> health(
            ServiceName service, boolean ok, Instant now, String status, double uptime, Map<String, ?> checks) {
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("ok", ok);
        body.put("service", service.wireName());
        body.put("version", Version.PRODUCT);
        body.put("contract_version", Version.CONTRACT);
        body.put("timestamp", now);
        body.put("status", status);
        body.put("uptime_seconds", uptime);
        body.put("checks", checks);
        return body;
    }

    private String statusWord(boolean ok) {
        return stopping ? "stopping" : ok ? "up" : "degraded";
    }

    private Reply ready(Call<Empty> call) {
        List<Ready.Check> checks = new ArrayList<>();
        checks.add(check("store", facts.storeOpen().getAsBoolean() ? null : "cannot commit"));
        checks.add(check("audit", facts.auditSound().getAsBoolean() ? null : "the chain does not verify"));
        checks.add(check("auth", facts.authUsable().getAsBoolean() ? null : "no fresh verifier set"));
        facts.checks()
                .forEach(each -> checks.add(check(each.name(), each.problem().get())));
        boolean ready = !stopping && checks.stream().allMatch(Ready.Check::ok);
        if (!ready) {
            throw SoniaException.of(ErrorCode.UNAVAILABLE, "The service is not ready")
                    .with("checks", checks);
        }
        return Reply.ok(new Ready(true, facts.restored().get(), checks));
    }

    private Reply version(Call<Empty> call) {
        return Reply.ok(new Build(
                facts.service().wireName(),
                Version.PRODUCT,
                Version.CONTRACT,
                facts.schemaVersion().getAsInt(),
                Runtime.version().toString()));
    }

    private Reply root(Call<Empty> call) {
        return Reply.ok(new Greeting(facts.service().wireName(), "online", Version.PRODUCT, Version.CONTRACT));
    }

    private Reply status(Call<Empty> call) {
        return Reply.ok(new Status(
                facts.service().wireName(),
                statusWord(
                        facts.storeOpen().getAsBoolean() && facts.auditSound().getAsBoolean()),
                facts.clock().now(),
                Version.PRODUCT,
                Version.CONTRACT,
                uptime(),
                ProcessHandle.current().pid(),
                facts.slo().mode(),
                Status.Posture.of(facts.settings().section(AuthConfig.SECTION)),
                List.of(facts.load().get()),
                facts.breakers().states(),
                facts.settings().problems(),
                facts.detail().get()));
    }

    private Reply metrics(Call<Empty> call) {
        byte[] text = facts.metrics().get();
        return new Reply.Raw(200, "text/plain; version=0.0.4; charset=utf-8", text == null ? NO_METRICS : text);
    }

    private Reply openApi(Call<Empty> call) {
        return new Reply.Raw(200, Headers.JSON, openApi.bytes());
    }

    private Reply config(Call<ConfigQuery> call) {
        Settings settings = facts.settings();
        String section = call.input().section();
        Map<String, @Nullable Object> effective = settings.effective();
        Map<String, @Nullable Object> origin = new LinkedHashMap<>(settings.origins());
        if (section != null) {
            if (!effective.containsKey(section)) {
                throw SoniaException.of(ErrorCode.INVALID_ARGUMENT, "There is no such section")
                        .with("known", List.copyOf(effective.keySet()));
            }
            effective.keySet().retainAll(List.of(section));
            origin.keySet().removeIf(key -> !key.startsWith(section + "."));
        }
        return Reply.ok(
                new ConfigView(effective, origin, settings.digest(), settings.generation(), settings.loadedAt()));
    }

    private Reply reload(Call<ReloadRequest> call) {
        if (call.input().dryRun()) {
            return Reply.ok(facts.settings().preview());
        }
        Reload reload = facts.settings().reload();
        facts.audit()
                .append(call.audit()
                        .detail(Map.of("applied", reload.applied(), "needs_restart", reload.needsRestart())));
        return Reply.ok(reload);
    }

    private double uptime() {
        return (facts.clock().now().toEpochMilli() - startedAt.toEpochMilli()) / 1000.0;
    }

    private static Ready.Check check(String name, @Nullable String problem) {
        return new Ready.Check(name, problem == null, problem);
    }

    private static String word(boolean ok) {
        return ok ? "ok" : "failed";
    }
}
