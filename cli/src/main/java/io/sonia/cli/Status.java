package io.sonia.cli;

import io.sonia.contracts.evaos.HealthAll;
import io.sonia.contracts.evaos.ServiceRecord;
import io.sonia.contracts.evaos.ServiceState;
import io.sonia.contracts.gateway.Deps;
import io.sonia.contracts.gateway.PendingList;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.process.PidRecord;
import io.sonia.kernel.process.Processes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows how each service is doing, as far as somebody is there to tell. */
@Command(
        name = "status",
        description = "Show how the services are doing",
        footer = {"", "Exit code 1 if a service is not well, 3 if none runs."})
final class Status implements Callable<Integer> {

    private static final String NORMAL = "normal";
    private static final String CLOSED = "closed";
    private static final String NONE = "-";

    private final Workplace place;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    Status(Workplace place) {
        this.place = place;
    }

    /** One service as the table shows it; null where nobody could tell. */
    private record Line(
            String service,
            String state,
            boolean well,
            @Nullable Long pid,
            int port,
            @Nullable Long uptimeSeconds,
            @Nullable Double latencyMs,
            @Nullable String version,
            @Nullable String error) {}

    /** All of it, for {@code --json}. */
    private record Report(
            boolean running,
            boolean well,
            boolean maintenance,
            String home,
            @Nullable Long pendingApprovals,
            @Nullable String isolation,
            @Nullable String authentication,
            @Nullable String sloMode,
            Map<String, String> paused,
            List<Line> services) {}

    @Override
    public Integer call() {
        Addresses addresses = Addresses.of(place.home(), place.environment());
        boolean running = Stream.of(ServiceName.values()).anyMatch(each -> Probe.listens(addresses.of(each)));
        if (!running) {
            if (json) {
                place.screen()
                        .line(Json.text(
                                new Report(false, false, false, home(), null, null, null, null, Map.of(), List.of())));
            }
            throw OperatorClient.notRunning(place, "no service answers");
        }
        Report report = look(OperatorClient.of(place), addresses);
        if (json) {
            place.screen().line(Json.text(report));
        } else {
            show(report);
        }
        return (report.well() ? ExitCode.OK : ExitCode.NEGATIVE).code();
    }

    private Report look(OperatorClient client, Addresses addresses) {
        HealthAll health = asked(() -> client.on(Operation.HEALTH_ALL).send(HealthAll.class));
        Map<ServiceName, Deps.Dep> deps = deps(client);
        PendingList pending = asked(() ->
                client.on(Operation.CONFIRMATION_PENDING).query("limit", 1).send(PendingList.class));
        List<Line> lines = new ArrayList<>();
        for (ServiceName service : ServiceName.values()) {
            ServiceRecord record = health == null ? null : health.services().get(service.wireName());
            lines.add(line(service, addresses.of(service), record, deps.get(service)));
        }
        boolean well = lines.stream().allMatch(Line::well);
        Long waiting = pending == null ? null : Long.valueOf(pending.total());
        Map<String, @Nullable Object> executor = asked(() -> client.onService(ServiceName.OPENCLAW, Operation.STATUS)
                .exchange()
                .data());
        Map<String, @Nullable Object> gateway =
                asked(() -> client.on(Operation.STATUS).exchange().data());
        boolean maintenance = health != null && health.maintenanceMode();
        return new Report(
                true,
                well,
                maintenance,
                home(),
                waiting,
                isolation(executor),
                authentication(executor),
                gateway != null && gateway.get("slo_mode") instanceof String mode ? mode : null,
                paused(gateway),
                lines);
    }

    /** The services that the gateway calls less or not at all because they failed, with the state of their breakers. */
    private static Map<String, String> paused(@Nullable Map<String, @Nullable Object> gateway) {
        Map<String, String> paused = new LinkedHashMap<>();
        if (gateway != null && gateway.get("breakers") instanceof Map<?, ?> breakers) {
            breakers.forEach((name, state) -> {
                if (!CLOSED.equals(state)) {
                    paused.put(SafeText.line(String.valueOf(name)), SafeText.line(String.valueOf(state)));
                }
            });
        }
        return paused;
    }

    /** What is unusual about who may ask; null if nothing is. */
    private static @Nullable String authentication(@Nullable Map<String, @Nullable Object> told) {
        Object posture = told == null ? null : told.get("auth_posture");
        if (!(posture instanceof Map<?, ?> parts)) {
            return null;
        }
        if (Boolean.FALSE.equals(parts.get("auth_enabled"))) {
            return "OFF (SONIA_DEV_MODE): whoever can reach a port is the operator";
        }
        return Boolean.TRUE.equals(parts.get("open_diagnostics"))
                ? "diagnostics are open to everybody on this machine"
                : null;
    }

    /** What the executor says keeps commands apart from the machine. */
    private static @Nullable String isolation(@Nullable Map<String, @Nullable Object> told) {
        Object detail = told == null ? null : told.get("detail");
        Object isolation = detail instanceof Map<?, ?> all ? all.get("isolation") : null;
        Object statement = isolation instanceof Map<?, ?> parts ? parts.get("statement") : null;
        return statement == null ? null : statement.toString();
    }

    /** What the supervisor says, corrected by what is seen now. */
    private Line line(
            ServiceName service, Addresses.Address address, @Nullable ServiceRecord record, Deps.@Nullable Dep dep) {
        Probe.Found found = Probe.ready(address);
        ServiceRecord told = found == Probe.Found.NOTHING ? null : record;
        Long pid = found == Probe.Found.NOTHING ? null : pid(service, told);
        return new Line(
                service.wireName(),
                told == null || told.state() == ServiceState.UNKNOWN ? seen(found) : Words.of(told.state()),
                found == Probe.Found.READY,
                pid,
                address.port(),
                uptime(pid),
                dep != null && dep.error() == null ? Double.valueOf(dep.latencyMs()) : null,
                dep == null ? null : dep.version(),
                record == null ? null : record.error());
    }

    private @Nullable Long uptime(@Nullable Long pid) {
        Optional<Instant> started = Optional.ofNullable(pid)
                .flatMap(ProcessHandle::of)
                .flatMap(process -> process.info().startInstant());
        return started.map(at -> Duration.between(at, place.clock().now()).toSeconds())
                .orElse(null);
    }

    /** What the supervisor says, or else what is on record: all in one, every service is in the main process. */
    private @Nullable Long pid(ServiceName service, @Nullable ServiceRecord told) {
        if (told != null && told.pid() != null) {
            return told.pid();
        }
        Map<ServiceName, PidRecord> recorded =
                new RecordedProcesses(place.home(), new Processes(place.clock())).alive();
        PidRecord record = recorded.containsKey(service) ? recorded.get(service) : recorded.get(ServiceName.EVA_OS);
        return record == null ? null : Long.valueOf(record.pid());
    }

    private static String seen(Probe.Found found) {
        return switch (found) {
            case READY -> "ready";
            case BUSY -> "not ready";
            case NOTHING -> "down";
        };
    }

    /** What the gateway sees; itself, and the console in front of it, are seen by answering. */
    private Map<ServiceName, Deps.Dep> deps(OperatorClient client) {
        Map<ServiceName, Deps.Dep> out = new LinkedHashMap<>();
        for (ServiceName service : List.of(ServiceName.API_GATEWAY, ServiceName.SOFIIA_CONSOLE)) {
            long start = place.clock().nanoTime();
            Map<String, @Nullable Object> told = asked(() ->
                    client.onService(service, Operation.VERSION).exchange().data());
            if (told != null) {
                double millis = (place.clock().nanoTime() - start) / 1e6;
                out.put(service, new Deps.Dep("ok", 0, millis, String.valueOf(told.get("version")), null));
            }
        }
        Deps deps = asked(() -> client.on(Operation.DEPS).send(Deps.class));
        if (deps != null) {
            out.put(ServiceName.EVA_OS, deps.evaOs());
            out.put(ServiceName.MEMORY_ENGINE, deps.memoryEngine());
            out.put(ServiceName.MODEL_ROUTER, deps.modelRouter());
            out.put(ServiceName.OPENCLAW, deps.openclaw());
            out.put(ServiceName.PIPECAT, deps.pipecat());
        }
        return out;
    }

    /** Null if that service is not there or cannot tell; its line in the table says so. */
    private static <T> @Nullable T asked(Supplier<T> question) {
        try {
            return question.get();
        } catch (SoniaException noAnswer) {
            return null;
        }
    }

    private void show(Report report) {
        Table table = new Table("SERVICE", "STATE", "PID", "PORT", "UPTIME", "LATENCY", "VERSION");
        for (Line line : report.services()) {
            Double latency = line.latencyMs();
            table.add(
                    line.service(),
                    line.state(),
                    orNone(line.pid()),
                    line.port(),
                    line.uptimeSeconds() == null ? NONE : Words.seconds(line.uptimeSeconds()),
                    latency == null ? NONE : Words.millis(latency),
                    orNone(line.version()));
        }
        table.show(place.screen());
        report.services().stream()
                .filter(line -> !line.well() && line.error() != null)
                .forEach(line -> place.screen().line("  " + line.service() + ": " + SafeText.line("" + line.error())));
        if (report.maintenance()) {
            place.screen().line("maintenance: on, nothing is restarted (./sonia maintenance off)");
        }
        if (report.authentication() != null) {
            place.screen().line("authentication: " + report.authentication());
        }
        if (report.isolation() != null) {
            place.screen().line("isolation: " + SafeText.line(report.isolation()));
        }
        if (report.sloMode() != null && !report.sloMode().equals(NORMAL)) {
            place.screen().line("speed: " + SafeText.line(report.sloMode()) + ", work that can wait is left undone");
        }
        report.paused().forEach((name, state) -> place.screen().line("calls to " + name + ": paused (" + state + ")"));
        place.screen().line("approvals waiting: " + orNone(report.pendingApprovals()));
        place.screen().line("home: " + report.home());
    }

    private String home() {
        return place.home().root().toString();
    }

    private static Object orNone(@Nullable Object value) {
        return value == null ? NONE : value;
    }
}
