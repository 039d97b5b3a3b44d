package io.sonia.kernel.metrics;

import io.sonia.kernel.ServiceName;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What every service counts of its requests. */
public final class HttpMetrics {

    private static final String QUEUE = "http";

    private final String service;
    private final Counter requests;
    private final Histogram seconds;
    private final Counter rateLimited;
    private final Counter shed;
    private final Histogram.Child queueWait;
    private final Counter authentications;
    private final Counter keyed;
    private final Map<String, Histogram.Child> byOperation = new ConcurrentHashMap<>();
    private final LongAdder running = new LongAdder();

    public HttpMetrics(ServiceName service, Metrics metrics) {
        this.service = service.wireName();
        this.requests =
                metrics.counter("sonia_http_requests_total", "Requests answered", "service", "operation", "code");
        this.seconds = metrics.histogram(
                "sonia_http_request_seconds", "Time from the first byte to the answer", "service", "operation");
        this.rateLimited = metrics.counter("sonia_rate_limited_total", "Requests refused by a rate limit", "scope");
        this.shed = metrics.counter("sonia_shed_total", "Requests refused for lack of room", "queue", "reason");
        this.queueWait = metrics.histogram(
                        "sonia_queue_wait_seconds", "Time a request waited until it ran or was shed", "queue")
                .labelled(QUEUE);
        this.authentications = metrics.counter("sonia_auth_total", "Requests refused for their credentials", "result");
        this.keyed = metrics.counter("sonia_idempotency_total", "Requests with an idempotency key", "result");
        metrics.gauge("sonia_http_running", "Requests being worked on", Map.of("service", this.service), running::sum);
    }

    /** A request begins; {@link #answered} must follow. */
    public void begun() {
        running.increment();
    }

    /** A request ended with this code after this time. */
    public void answered(String operation, String code, long durationNanos) {
        running.decrement();
        requests.increment(service, operation, code);
        byOperation
                .computeIfAbsent(operation, name -> seconds.labelled(service, name))
                .observe(durationNanos);
    }

    public void rateLimited(String scope) {
        rateLimited.increment(scope);
    }

    /** A request waited so long for its turn. */
    public void queued(long durationNanos) {
        queueWait.observe(durationNanos);
    }

    /** A request was not let in. */
    public void shed(String reason) {
        shed.increment(QUEUE, reason);
    }

    public void keyed(String result) {
        keyed.increment(result);
    }

    public void authenticated(String result) {
        authentications.increment(result);
    }
}
