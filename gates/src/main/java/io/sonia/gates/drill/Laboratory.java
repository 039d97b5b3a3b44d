package io.sonia.gates.drill;

import io.sonia.contracts.Installation;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.process.Child;
import io.sonia.kernel.process.Command;
import io.sonia.kernel.process.Exit;
import io.sonia.kernel.process.Processes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A home of its own, on ports of its own, whose services are run one process each, killed and started again. Ends
 * nothing but what it has started; its processes end with the drill.
 */
final class Laboratory implements AutoCloseable {

    private static final int UNLIMITED = 1_000_000;
    private static final int FIRST_PORT = 10_000;
    private static final int LAST_PORT = 32_000;
    private static final int TRIES = 100;
    private static final Duration READY = Duration.ofSeconds(60);
    private static final Duration LOOK_EVERY = Duration.ofMillis(4);
    private static final Duration GRACE = Duration.ofSeconds(20);
    private static final long DEAD_SECONDS = 20;

    private final Distribution dist;
    private final Clock clock;
    private final Processes processes;
    private final Home home;
    private final Map<ServiceName, Integer> ports = new EnumMap<>(ServiceName.class);
    private final Map<ServiceName, Child> running = new EnumMap<>(ServiceName.class);

    Laboratory(Distribution dist, Path folder, Clock clock) throws IOException {
        this(dist, folder, clock, Map.of());
    }

    /** @param settings sections beside those of the ports and the rate limits, which do not limit */
    Laboratory(Distribution dist, Path folder, Clock clock, Map<String, Object> settings) throws IOException {
        this.dist = dist;
        this.clock = clock;
        this.processes = new Processes(clock);
        this.home = new Home(folder);
        Installation.ensure(home, new Ids(new SecureRandom()));
        Map<String, Object> services = new LinkedHashMap<>();
        List<ServerSocket> held = new ArrayList<>();
        for (ServiceName service : ServiceName.values()) {
            ServerSocket socket = free();
            held.add(socket);
            ports.put(service, socket.getLocalPort());
            services.put(service.wireName(), Map.of("port", socket.getLocalPort()));
        }
        for (ServerSocket socket : held) {
            socket.close();
        }
        Map<String, Object> config = new LinkedHashMap<>(settings);
        config.put("services", services);
        config.put(
                "rate_limit",
                Map.of(
                        "person_per_second", UNLIMITED,
                        "person_burst", UNLIMITED,
                        "service_per_second", UNLIMITED,
                        "service_burst", UNLIMITED,
                        "session_per_second", UNLIMITED,
                        "session_burst", UNLIMITED,
                        "address_per_second", UNLIMITED,
                        "auth_failures_per_second", UNLIMITED));
        Files.write(home.configFile(), Json.bytes(config));
    }

    /** A port below those the system gives to callers: one of them could take it while the service is down. */
    private static ServerSocket free() throws IOException {
        SecureRandom random = new SecureRandom();
        IOException taken = new IOException("no port is free");
        for (int i = 0; i < TRIES; i++) {
            int port = FIRST_PORT + random.nextInt(LAST_PORT - FIRST_PORT);
            try {
                return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
            } catch (IOException e) {
                taken = e;
            }
        }
        throw taken;
    }

    Home home() {
        return home;
    }

    /** A connection of the operator's. */
    Line operator(ServiceName service) throws IOException {
        return new Line(
                port(service),
                Line.bearer(Files.readString(home.operatorToken()).strip()));
    }

    /** A connection of one service to another. */
    Line peer(ServiceName from, ServiceName to) throws IOException {
        return new Line(
                port(to), Line.service(Files.readString(home.token(from)).strip()));
    }

    int port(ServiceName service) {
        return ports.getOrDefault(service, 0);
    }

    /** Starts the service and returns once it serves. */
    void start(ServiceName service) throws IOException {
        launch(service);
        awaitServing(service);
    }

    /** Starts the service and does not wait for it. */
    void launch(ServiceName service) throws IOException {
        launch(service, argv -> argv);
    }

    /** Starts EVA-OS and has it start all others, by the same Java options; does not wait. */
    void launchSupervisor(String... javaOptions) throws IOException {
        List<String> argv = dist.service(ServiceName.EVA_OS.wireName(), "--supervise", "--child");
        argv.addAll(1, List.of(javaOptions));
        Files.createDirectories(output(ServiceName.EVA_OS).getParent());
        running.put(ServiceName.EVA_OS, processes.spawn(command(argv, ServiceName.EVA_OS)));
    }

    /** Starts a second EVA-OS of this home and waits for its end; null if it goes on, and then it is ended. */
    @Nullable
    Integer secondSupervisor(Duration patience) throws IOException {
        List<String> argv = dist.service(ServiceName.EVA_OS.wireName(), "--supervise", "--child");
        Command second = command(argv, ServiceName.EVA_OS);
        Path said = home.log(ServiceName.EVA_OS).resolveSibling("second.out");
        Child child = processes.spawn(new Command(argv, second.environment(), home.root(), said));
        Exit exit = child.exit()
                .copy()
                .completeOnTimeout(null, patience.toMillis(), TimeUnit.MILLISECONDS)
                .join();
        processes.end(child, Duration.ZERO);
        return exit == null ? null : Integer.valueOf(exit.code());
    }

    /** The pid of a process that this has started; 0 if it has not. */
    long pid(ServiceName service) {
        Child child = running.get(service);
        return child == null ? 0 : child.pid();
    }

    /** The same, by another program that is given the service's command line. */
    void launch(ServiceName service, UnaryOperator<List<String>> by) throws IOException {
        List<String> argv = by.apply(dist.service(service.wireName(), "--child"));
        running.put(service, processes.spawn(command(argv, service)));
    }

    /** Waits until the service serves, true, or has ended, false. */
    boolean servesOrEnds(ServiceName service) {
        long end = clock.nanoTime() + READY.toNanos();
        Child child = child(service);
        try (Line line = new Line(port(service), "")) {
            while (!child.exit().isDone() && clock.nanoTime() < end) {
                if (serves(line)) {
                    return true;
                }
                pause();
            }
        }
        return false;
    }

    private Command command(List<String> argv, ServiceName service) {
        Map<String, String> environment =
                Map.of("SONIA_HOME", home.root().toString(), "PATH", dist.searchPath(), "LC_ALL", "C.UTF-8");
        return new Command(argv, environment, home.root(), output(service));
    }

    /** What the service's process has printed. */
    Path output(ServiceName service) {
        return home.log(service).resolveSibling(service.wireName() + ".out");
    }

    void awaitServing(ServiceName service) throws IOException {
        if (!servesOrEnds(service)) {
            Child child = child(service);
            String end = child.exit().isDone()
                    ? "ended at its start with " + child.exit().join()
                    : "does not serve";
            throw new IllegalStateException(service + " " + end + ": " + Files.readString(output(service)));
        }
    }

    private void pause() {
        try {
            clock.sleep(LOOK_EVERY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static boolean serves(Line line) {
        try {
            return line.send("GET", "/healthz", null, null).status() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    private Child child(ServiceName service) {
        Child child = running.get(service);
        if (child == null) {
            throw new IllegalStateException(service + " was not started");
        }
        return child;
    }

    /** The memory of the service's process that is in use, in KiB. */
    long residentKib(ServiceName service) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + child(service).pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElse(0);
    }

    /** SIGKILL, and nothing else: no group, no grace. Returns once the process is gone. */
    void kill(ServiceName service) throws Exception {
        Child child = child(service);
        signalKill(child);
        child.exit().get(DEAD_SECONDS, TimeUnit.SECONDS);
        running.remove(service);
    }

    private void signalKill(Child child) {
        if (processes.alive(child.record())) {
            ProcessHandle.of(child.pid()).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    /** SIGKILL to all of them at once. */
    void killAll() throws Exception {
        List<Child> all = List.copyOf(running.values());
        all.forEach(this::signalKill);
        for (Child child : all) {
            child.exit().get(DEAD_SECONDS, TimeUnit.SECONDS);
        }
        running.clear();
    }

    /** Ends the service as an operator would; says how it ended, or null if it had to be left behind. */
    @Nullable
    Exit stop(ServiceName service) {
        Child child = running.remove(service);
        if (child == null) {
            return null;
        }
        processes.end(child, GRACE);
        return child.exit()
                .copy()
                .completeOnTimeout(null, DEAD_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    @Override
    public void close() {
        for (ServiceName service : List.of(ServiceName.values()).reversed()) {
            Child child = running.remove(service);
            if (child != null) {
                processes.end(child, Duration.ZERO);
            }
        }
    }
}
