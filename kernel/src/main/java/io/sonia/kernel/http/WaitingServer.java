package io.sonia.kernel.http;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Answers for a process that waits until it may begin: it is alive, it is not ready, and nothing was done. */
public final class WaitingServer implements AutoCloseable {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final String WAITING = "waiting";

    private final ServiceName service;
    private final KernelRoutes.Ready.Check reason;
    private final Ids ids;
    private final Clock clock;
    private final Instant since;
    private final Envelope envelope;
    private final HttpServer engine;

    /** @param reason what it waits for, as a condition for being ready */
    public WaitingServer(
            ServiceName service, String host, int port, KernelRoutes.Ready.Check reason, Ids ids, Clock clock) {
        this.service = service;
        this.reason = reason;
        this.ids = ids;
        this.clock = clock;
        this.since = clock.now();
        this.envelope = new Envelope(service);
        this.engine = new HttpServer(service, host, port, this::answer, ids, clock);
    }

    /**
     * Binds and answers.
     *
     * @throws SoniaException CONFLICT if the port is taken
     */
    public void start() {
        engine.start();
    }

    private void answer(Exchange exchange) {
        boolean health = exchange.path().equals(Operation.HEALTH.path());
        String correlationId = ids.next("req_");
        Map<String, String> headers = Headers.of(correlationId, Headers.JSON);
        if (health && exchange.method().equals(Operation.HEALTH.method())) {
            double uptime = Duration.between(since, clock.now()).toMillis() / 1000.0;
            Map<String, String> checks = Map.of("store", WAITING, "audit", WAITING, "auth", WAITING, "config", "ok");
            Map<String, ?> body = KernelRoutes.health(service, true, clock.now(), "starting", uptime, checks);
            exchange.respond(200, headers, Json.bytes(body));
            return;
        }
        SoniaException refusal = SoniaException.of(ErrorCode.UNAVAILABLE, "The service is not ready")
                .with("checks", List.of(reason))
                .retryAfter(RETRY_AFTER);
        headers.put("Retry-After", String.valueOf(RETRY_AFTER.toSeconds()));
        exchange.respond(refusal.code().httpStatus(), headers, envelope.failure("http", correlationId, 0, refusal));
    }

    @Override
    public void close() {
        engine.close();
    }
}
