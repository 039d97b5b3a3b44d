package io.sonia.platform;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.RequestLog;
import io.sonia.kernel.logging.LogLevel;
import io.sonia.kernel.logging.ServiceLog;
import io.sonia.kernel.metrics.HttpMetrics;
import io.sonia.kernel.metrics.Metrics;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Writes each request to the log and counts it. Successful looks at health and metrics are counted only, and so are
 * requests that were shed: of them a line each second says how many.
 */
final class RequestRecorder implements RequestLog {

    private static final Set<String> QUIET = Set.of("health", "ready", "metrics", "version", "root", "openapi");
    private static final int SERVER_ERROR = 500;

    private final HttpMetrics metrics;
    private static final long SAY_SHED_EVERY_NANOS = 1_000_000_000L;

    private final ServiceLog log;
    private final Clock clock;
    private final LongAdder shed = new LongAdder();
    private final AtomicLong nextSaying;

    RequestRecorder(ServiceName service, Metrics metrics, ServiceLog log, Clock clock) {
        this.metrics = new HttpMetrics(service, metrics);
        this.log = log;
        this.clock = clock;
        this.nextSaying = new AtomicLong(clock.nanoTime());
    }

    @Override
    public void begun() {
        metrics.begun();
    }

    @Override
    public void finished(Finished request) {
        metrics.answered(request.operation(), request.code().name(), (long) (request.millis() * 1e6));
        if (request.keyed() != null) {
            metrics.keyed(request.keyed().name().toLowerCase(Locale.ROOT));
        }
        metrics.queued((long) (request.queuedMillis() * 1e6));
        if (request.shed() != null) {
            metrics.shed(request.shed());
            shed.increment();
            saySoonHowMany();
            return;
        }
        countRefusal(request);
        boolean failed = request.status() >= SERVER_ERROR;
        if (!failed && QUIET.contains(request.operation())) {
            return;
        }
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("correlation_id", request.correlationId());
        fields.put("duration_ms", request.millis());
        fields.put("queue_wait_ms", request.queuedMillis());
        fields.put("operation", request.operation());
        fields.put("http_status", request.status());
        fields.put("code", request.code().name());
        fields.put("actor_id", request.caller().actorId());
        fields.put("actor_role", request.caller().roleName());
        fields.put(
                "via",
                request.caller().via() == null ? null : request.caller().via().wireName());
        fields.put("trace_id", request.trace() == null ? null : request.trace().traceId());
        LogLevel level = failed ? LogLevel.WARN : LogLevel.INFO;
        log.log(level, "http.request", "A request was answered", fields, failed ? request.failure() : null);
    }

    private void saySoonHowMany() {
        long now = clock.nanoTime();
        long due = nextSaying.get();
        if (now - due >= 0 && nextSaying.compareAndSet(due, now + SAY_SHED_EVERY_NANOS)) {
            log.warn("http.shed", "Requests were shed since the last such line", Map.of("count", shed.sumThenReset()));
        }
    }

    private void countRefusal(Finished request) {
        if (!(request.failure() instanceof SoniaException refusal)) {
            return;
        }
        switch (refusal.code()) {
            case RATE_LIMITED ->
                metrics.rateLimited(String.valueOf(refusal.details().get("scope")));
            case UNAUTHORIZED, FORBIDDEN, AUTH_UNAVAILABLE ->
                metrics.authenticated(refusal.code().name().toLowerCase(Locale.ROOT));
            default -> {
                // Other refusals are in the request counter.
            }
        }
    }
}
