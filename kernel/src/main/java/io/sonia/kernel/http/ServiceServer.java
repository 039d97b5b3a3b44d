package io.sonia.kernel.http;

import io.sonia.kernel.AuditTrail;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.identity.Verifiers;
import io.sonia.kernel.settings.AuthConfig;
import io.sonia.kernel.settings.HttpConfig;
import io.sonia.kernel.settings.IdempotencyConfig;
import io.sonia.kernel.settings.RateLimitConfig;
import io.sonia.kernel.settings.ServicesConfig;
import io.sonia.kernel.settings.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Serves the routes of one service. */
public final class ServiceServer implements AutoCloseable {

    /** What a server is built from. */
    public record Parts(
            ServiceName service,
            Settings settings,
            Clock clock,
            Ids ids,
            Hlc hlc,
            Verifiers verifiers,
            AuditTrail audit,
            IdempotencyRecords records,
            KeyClaims claims,
            Buckets buckets,
            RequestLog log,
            BrowserKeys browsers) {}

    private final HttpServer engine;
    private final Admission admission;

    public ServiceServer(Parts parts, List<Route<?>> routes, List<SocketRoute> sockets) {
        this(parts, routes, sockets, endpoint(parts).port(), new SloSignal());
    }

    /**
     * A server on another port than the service's first.
     *
     * @param slo what it says of the SLO mode, or hears
     */
    public ServiceServer(Parts parts, List<Route<?>> routes, List<SocketRoute> sockets, int port, SloSignal slo) {
        Settings settings = parts.settings();
        HttpConfig http = settings.section(HttpConfig.SECTION);
        this.admission = new Admission(
                new Admission.Size(http.maxRunning(), http.maxWaiting(), http.protectedPermits()),
                parts.clock(),
                parts.ids());
        Pipeline pipeline = new Pipeline(
                new Pipeline.Parts(
                        parts.service(),
                        parts.clock(),
                        parts.ids(),
                        parts.hlc(),
                        parts.verifiers(),
                        parts.audit(),
                        parts.records(),
                        parts.claims(),
                        parts.buckets(),
                        parts.log(),
                        parts.browsers(),
                        slo,
                        () -> limits(settings, http)),
                new RouteTable(routes, sockets),
                admission);
        this.engine = new HttpServer(
                parts.service(), endpoint(parts).host(), port, pipeline::handle, parts.ids(), parts.clock());
    }

    private static ServicesConfig.Endpoint endpoint(Parts parts) {
        return parts.settings().section(ServicesConfig.SECTION).of(parts.service());
    }

    /**
     * Binds and serves.
     *
     * @throws io.sonia.kernel.SoniaException CONFLICT if the port is taken
     */
    public void start() {
        engine.start();
    }

    /** The bound port. */
    public int port() {
        return engine.port();
    }

    /** Requests that run, that wait, and how many may run. */
    public Load load() {
        return new Load("http", admission.running(), admission.waiting(), admission.limit());
    }

    /** How full a queue is. */
    public record Load(String name, int running, int waiting, int limit) {}

    /** Stops accepting, lets running requests end within {@code grace}, then cuts what is left. */
    public void stop(Duration grace) {
        engine.stopAccepting();
        admission.drain(grace);
        engine.close();
    }

    @Override
    public void close() {
        engine.close();
    }

    /** Those of the settings, and the console's own: its page asks wherever the console listens. */
    private static List<String> origins(Settings settings, HttpConfig http) {
        int port = settings.section(ServicesConfig.SECTION)
                .of(ServiceName.SOFIIA_CONSOLE)
                .port();
        List<String> origins = new ArrayList<>(http.allowedOrigins());
        origins.add("http://127.0.0.1:" + port);
        origins.add("http://localhost:" + port);
        return origins;
    }

    private static HttpLimits limits(Settings settings, HttpConfig http) {
        AuthConfig auth = settings.section(AuthConfig.SECTION);
        RateLimitConfig rates = settings.section(RateLimitConfig.SECTION);
        return new HttpLimits(
                rates.personPerSecond(),
                rates.personBurst(),
                rates.servicePerSecond(),
                rates.serviceBurst(),
                rates.sessionPerSecond(),
                rates.sessionBurst(),
                rates.addressPerSecond(),
                rates.authFailuresPerSecond(),
                Duration.ofMillis(settings.section(IdempotencyConfig.SECTION).waitMs()),
                origins(settings, http),
                auth.enabled(),
                auth.openDiagnostics());
    }
}
