package io.sonia.testkit;

import io.sonia.kernel.ServiceName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A port for each service of one's own stack, found free. All are below those that the system gives to callers: one of
 * them could take such a port while the service is down. Each process takes them from a range that no other one takes
 * them from as long as it lives.
 */
public final class OwnPorts {

    private static final int FIRST = 10_000;
    private static final int RANGES = 22;
    private static final int IN_RANGE = 1_000;
    private static final int TRIES = 100;
    private static final int UNLIMITED = 1_000_000;

    /** This process's range; the lock on it is let go when the process ends. */
    private static final Range OWN = ownRange();

    private record Range(int first, FileChannel lock) {}

    private final Map<ServiceName, Integer> ports = new EnumMap<>(ServiceName.class);

    public OwnPorts() throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (ServiceName service : ServiceName.values()) {
                ServerSocket socket = free();
                held.add(socket);
                ports.put(service, socket.getLocalPort());
            }
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
    }

    private static ServerSocket free() throws IOException {
        SecureRandom random = new SecureRandom();
        IOException taken = new IOException("no port is free");
        for (int i = 0; i < TRIES; i++) {
            try {
                return new ServerSocket(OWN.first() + random.nextInt(IN_RANGE), 1, InetAddress.getLoopbackAddress());
            } catch (IOException e) {
                taken = e;
            }
        }
        throw taken;
    }

    private static Range ownRange() {
        Path folder = Path.of(System.getProperty("java.io.tmpdir"));
        try {
            for (int i = 0; i < RANGES; i++) {
                FileChannel channel = FileChannel.open(
                        folder.resolve("sonia-test-ports-" + i), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                if (channel.tryLock() != null) {
                    return new Range(FIRST + i * IN_RANGE, channel);
                }
                channel.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new IllegalStateException("all ranges of ports are taken by other test runs");
    }

    public int of(ServiceName service) {
        return ports.getOrDefault(service, 0);
    }

    /** The section {@code services} of the settings. */
    public Map<String, Object> services() {
        Map<String, Object> services = new LinkedHashMap<>();
        ports.forEach((service, port) -> services.put(service.wireName(), Map.of("port", port)));
        return services;
    }

    /** The settings of a stack on these ports whose rate limits do not limit. */
    public Map<String, Object> settings() {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("services", services());
        settings.put(
                "rate_limit",
                Map.of(
                        "person_per_second", UNLIMITED,
                        "person_burst", UNLIMITED,
                        "service_per_second", UNLIMITED,
                        "service_burst", UNLIMITED,
                        "session_per_second", UNLIMITED,
                        "session_burst", UNLIMITED,
                        "address_per_second", UNLIMITED));
        return settings;
    }
}
