package io.sonia.cli;

import io.sonia.contracts.evaos.AlertList;
import io.sonia.contracts.evaos.ServiceList;
import io.sonia.contracts.evaos.ServiceRecord;
import io.sonia.contracts.gateway.DeadLetterList;
import io.sonia.contracts.gateway.PendingList;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Threads;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.WireNamed;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Asks all services at once how they are; rates are between one asking and the next. */
final class TopSampler {

    private static final int CONNECT_MS = 200;
    private static final int ANSWER_MS = 5_000;
    private static final int MAX_BYTES = 8 << 20;
    private static final int ALERTS = 20;
    private static final double NANOS = 1e9;
    private static final double MILLIS = 1e3;
    private static final double P95 = 0.95;

    /** What everybody who watches asks for all the time, this command too. */
    private static final Set<String> WATCHING =
            Set.of("health", "ready", "version", "root", "metrics", "status", "alert.list", "dlq.list", "sup.services");

    /** What one service told. */
    private record Told(
            MetricText metrics, Probe.Found found, @Nullable Map<String, @Nullable Object> status) {}

    /** What was told at one moment. */
    private record Reading(long atNanos, Map<ServiceName, Told> services) {}

    private final Workplace place;
    private final OperatorClient client;
    private final Addresses addresses;
    private @Nullable Reading before;

    TopSampler(Workplace place, OperatorClient client) {
        this.place = place;
        this.client = client;
        this.addresses = Addresses.of(place.home(), place.environment());
    }

    /** True if any service answers. */
    boolean running() {
        return List.of(ServiceName.values()).stream().anyMatch(each -> Probe.listens(addresses.of(each)));
    }

    /** Asks once more. */
    TopFrame next() {
        FutureTask<@Nullable ServiceList> supervised =
                asked(() -> client.on(Operation.SUPERVISION_SERVICES).send(ServiceList.class));
        FutureTask<@Nullable PendingList> approvals = asked(() ->
                client.on(Operation.CONFIRMATION_PENDING).query("limit", 1).send(PendingList.class));
        FutureTask<@Nullable DeadLetterList> letters = asked(
                () -> client.on(Operation.DEAD_LETTER_LIST).query("limit", 1).send(DeadLetterList.class));
        FutureTask<@Nullable AlertList> alerts = asked(() -> client.on(Operation.ALERT_LIST)
                .query("state", "open")
                .query("limit", ALERTS)
                .send(AlertList.class));
        Reading now = reading();
        Reading earlier = before == null ? now : before;
        before = now;
        double seconds = (now.atNanos() - earlier.atNanos()) / NANOS;
        ServiceList records = got(supervised);
        List<TopFrame.Line> lines = new ArrayList<>();
        for (ServiceName service : ServiceName.values()) {
            lines.add(line(service, record(records, service), earlier, now, seconds));
        }
        AlertList open = got(alerts);
        PendingList waiting = got(approvals);
        DeadLetterList dead = got(letters);
        return new TopFrame(
                place.clock().now(),
                seconds,
                lines,
                waiting == null ? null : Integer.valueOf(Math.toIntExact(waiting.total())),
                dead == null ? null : Integer.valueOf(dead.total()),
                open == null ? null : Integer.valueOf(open.openCount()),
                open == null
                        ? List.of()
                        : open.alerts().stream()
                                .map(each -> new TopFrame.OpenAlert(
                                        WireNamed.of(each.severity()), each.type(), each.source(), each.createdAt()))
                                .toList());
    }

    private Reading reading() {
        Map<ServiceName, FutureTask<@Nullable Told>> all = new EnumMap<>(ServiceName.class);
        for (ServiceName service : ServiceName.values()) {
            FutureTask<@Nullable Told> task = asked(() -> told(service));
            all.put(service, task);
        }
        Map<ServiceName, Told> services = new EnumMap<>(ServiceName.class);
        for (ServiceName service : all.keySet()) {
            FutureTask<@Nullable Told> task = all.get(service);
            Told told = task == null ? null : TopSampler.<Told>got(task);
            services.put(service, told == null ? new Told(MetricText.of(""), Probe.Found.NOTHING, null) : told);
        }
        return new Reading(place.clock().nanoTime(), services);
    }

    private Told told(ServiceName service) {
        Probe.Found found = Probe.ready(addresses.of(service));
        if (found == Probe.Found.NOTHING) {
            return new Told(MetricText.of(""), found, null);
        }
        Map<String, @Nullable Object> status;
        try {
            status = client.onService(service, Operation.STATUS).exchange().data();
        } catch (SoniaException e) {
            status = null;
        }
        return new Told(MetricText.of(metrics(service)), found, status);
    }

    private String metrics(ServiceName service) {
        try {
            HttpURLConnection connection = (HttpURLConnection)
                    addresses.of(service).uri().resolve("/metrics").toURL().openConnection();
            connection.setConnectTimeout(CONNECT_MS);
            connection.setReadTimeout(ANSWER_MS);
            connection.setRequestProperty("Authorization", "Bearer " + client.token());
            try (InputStream in = connection.getInputStream()) {
                return new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8);
            } finally {
                connection.disconnect();
            }
        } catch (IOException away) {
            return "";
        }
    }

    private static TopFrame.Line line(
            ServiceName service, @Nullable ServiceRecord record, Reading earlier, Reading now, double seconds) {
        Told told = now.services().getOrDefault(service, new Told(MetricText.of(""), Probe.Found.NOTHING, null));
        Told then = earlier.services().getOrDefault(service, told);
        boolean measured = !told.metrics().samples().isEmpty();
        boolean rated = measured && seconds > 0 && !then.metrics().samples().isEmpty();
        Predicate<MetricText.Sample> wanted = each -> !WATCHING.contains(each.label("operation"));
        Function<Predicate<MetricText.Sample>, Double> rate = each -> Math.max(
                        0,
                        told.metrics().sum("sonia_http_requests_total", each)
                                - then.metrics().sum("sonia_http_requests_total", each))
                / seconds;
        double p95 = told.metrics().quantile(P95, "sonia_http_request_seconds", then.metrics(), wanted);
        double cpu = told.metrics().sum("process_cpu_seconds_total", each -> true)
                - then.metrics().sum("process_cpu_seconds_total", each -> true);
        long memory = (long) told.metrics().sum("process_resident_memory_bytes", each -> true);
        return new TopFrame.Line(
                service.wireName(),
                state(record, told.found()),
                record == null ? null : Integer.valueOf(record.budget().attemptCount()),
                rated ? rate.apply(wanted) : null,
                rated ? rate.apply(wanted.and(each -> !each.label("code").equals("OK"))) : null,
                rated && !Double.isNaN(p95) ? Double.valueOf(p95 * MILLIS) : null,
                queued(told, "running"),
                queued(told, "waiting"),
                rated ? Double.valueOf(Math.max(0, cpu) / seconds * 100) : null,
                measured && memory > 0 ? Long.valueOf(memory) : null);
    }

    private static String state(@Nullable ServiceRecord record, Probe.Found found) {
        if (found == Probe.Found.NOTHING) {
            return "down";
        }
        return record == null ? found == Probe.Found.READY ? "ready" : "not ready" : Words.of(record.state());
    }

    /** Over all queues of a service. */
    private static @Nullable Integer queued(Told told, String field) {
        Object queues = told.status() == null ? null : told.status().get("queues");
        if (!(queues instanceof List<?> list)) {
            return null;
        }
        int sum = 0;
        for (Object each : list) {
            sum += each instanceof Map<?, ?> queue && queue.get(field) instanceof Number number ? number.intValue() : 0;
        }
        return sum;
    }

    private static @Nullable ServiceRecord record(@Nullable ServiceList records, ServiceName service) {
        return records == null
                ? null
                : records.services().stream()
                        .filter(each -> each.name().equals(service.wireName()))
                        .findFirst()
                        .orElse(null);
    }

    private static <T> FutureTask<@Nullable T> asked(Supplier<T> question) {
        FutureTask<@Nullable T> task = new FutureTask<>(question::get);
        Threads.virtual("top", task);
        return task;
    }

    /** The answer; null if there was none. */
    private static <T> @Nullable T got(FutureTask<@Nullable T> task) {
        try {
            return task.get();
        } catch (ExecutionException unanswered) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
