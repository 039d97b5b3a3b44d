package io.sonia.platform;

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
import org.jspecify.annotations.Nullable;

/** Writes each request to the log and counts it. Successful looks at health and metrics are counted only. */
final class RequestRecorder implements RequestLog {

    private static final Set<String> QUIET = Set.of("health", "ready", "metrics", "version", "root", "openapi");
    private static final int SERVER_ERROR = 500;

    private final HttpMetrics metrics;
    private final ServiceLog log;

    RequestRecorder(ServiceName service, Metrics metrics, ServiceLog log) {
        this.metrics = new HttpMetrics(service, metrics);
        this.log = log;
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
        countRefusal(request);
        boolean failed = request.status() >= SERVER_ERROR;
        if (!failed && QUIET.contains(request.operation())) {
            return;
        }
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("correlation_id", request.correlationId());
        fields.put("duration_ms", request.millis());
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

    private void countRefusal(Finished request) {
        if (!(request.failure() instanceof SoniaException refusal)) {
            return;
        }
        switch (refusal.code()) {
            case RATE_LIMITED ->
                metrics.rateLimited(String.valueOf(refusal.details().get("scope")));
            case OVERLOADED ->
                metrics.shed("http", String.valueOf(refusal.details().get("shed")));
            case UNAUTHORIZED, FORBIDDEN, AUTH_UNAVAILABLE ->
                metrics.authenticated(refusal.code().name().toLowerCase(Locale.ROOT));
            default -> {
                // Other refusals are in the request counter.
            }
        }
    }
}
