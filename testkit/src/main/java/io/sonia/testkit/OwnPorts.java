package io.sonia.testkit;

import io.sonia.kernel.ServiceName;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A port for each service of one's own stack, found free. All are below those that the system gives to callers: one of
 * them could take such a port while the service is down.
 */
public final class OwnPorts {

    private static final int FIRST = 10_000;
    private static final int LAST = 32_000;
    private static final int TRIES = 100;
    private static final int UNLIMITED = 1_000_000;

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
                return new ServerSocket(FIRST + random.nextInt(LAST - FIRST), 1, InetAddress.getLoopbackAddress());
            } catch (IOException e) {
                taken = e;
            }
        }
        throw taken;
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
