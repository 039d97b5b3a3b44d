package io.sonia.gates.drill;

import io.sonia.kernel.Clock;
import io.sonia.kernel.Home;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.process.Exit;
import io.sonia.kernel.process.PidRecord;
import io.sonia.kernel.process.Processes;
import io.sonia.kernel.process.Signal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All services under their supervisor, as {@code ./sonia up} runs them, in a home and on ports of a drill's own. */
final class SupervisedHouse implements AutoCloseable {

    /** What EVA-OS starts. */
    static final List<ServiceName> CHILDREN = Stream.of(ServiceName.values())
            .filter(each -> each != ServiceName.EVA_OS)
            .toList();

    private static final int LOOK_MS = 1_000;
    private static final Duration PAUSE = Duration.ofMillis(10);
    private static final byte[] REQUEST =
            "GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Laboratory laboratory;
    private final Clock clock;
    private final Processes processes;
    private final Census census;

    SupervisedHouse(Distribution dist, Path folder, Clock clock, Map<String, Object> settings) throws IOException {
        this.laboratory = new Laboratory(dist, folder, clock, settings);
        this.clock = clock;
        this.processes = new Processes(clock);
        this.census = new Census(laboratory.home().root());
    }

    Home home() {
        return laboratory.home();
    }

    Census census() {
        return census;
    }

    Laboratory laboratory() {
        return laboratory;
    }

    /** Starts EVA-OS and waits until every service serves; false if one does not in time. */
    boolean start(Duration patience) throws IOException {
        laboratory.launchSupervisor();
        return await(patience, this::allServe);
    }

    boolean allServe() {
        return Stream.of(ServiceName.values()).allMatch(this::serves);
    }

    /** Looks once, for at most a second. */
    boolean serves(ServiceName service) {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(LOOK_MS);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), laboratory.port(service)), LOOK_MS);
            socket.getOutputStream().write(REQUEST);
            byte[] line = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
            return new String(line, StandardCharsets.ISO_8859_1).equals("HTTP/1.1 200");
        } catch (IOException notNow) {
            return false;
        }
    }

    /** Waits for something that others do. False if it did not happen in time. */
    boolean await(Duration patience, BooleanSupplier condition) {
        long end = clock.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (clock.nanoTime() > end) {
                return false;
            }
            rest(PAUSE);
        }
        return true;
    }

    void rest(Duration time) {
        try {
            clock.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The service's process by its record; null between two of them. */
    @Nullable
    PidRecord process(ServiceName service) {
        try {
            PidRecord record = PidRecord.read(home().pidFile(service)).orElse(null);
            return record != null && processes.alive(record) ? record : null;
        } catch (IOException e) {
            return null;
        }
    }

    /** 0 between two processes. */
    long pid(ServiceName service) {
        if (service == ServiceName.EVA_OS) {
            return laboratory.pid(service);
        }
        PidRecord record = process(service);
        return record == null ? 0 : record.pid();
    }

    /** Sends a signal to this process alone; false if it is gone. */
    boolean signal(long pid, Signal signal) {
        return processes.signal(pid, signal);
    }

    /** A connection of the operator's. */
    Line operator(ServiceName service) throws IOException {
        return laboratory.operator(service);
    }

    /** SIGKILL to EVA-OS; returns once it is gone. */
    void killSupervisor() throws Exception {
        laboratory.kill(ServiceName.EVA_OS);
    }

    /** Ends the house as an operator would; says how EVA-OS ended. */
    @Nullable
    Exit stop() {
        return laboratory.stop(ServiceName.EVA_OS);
    }

    @Override
    public void close() {
        laboratory.close();
        for (ServiceName service : CHILDREN) {
            processes.endMarked(census.mark(service.wireName()));
        }
    }
}
