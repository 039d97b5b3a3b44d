package io.sonia.cli;

import io.sonia.kernel.Home;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the services of a home listen. Reads no more of the configuration than that and never refuses it: the services
 * check it whole when they start, and name every problem.
 */
final class Addresses {

    private static final String LOOPBACK = "127.0.0.1";
    private static final String VARIABLE = "SONIA_SERVICES__";
    private static final int MAX_PORT = 65_535;

    /** One service's address. */
    record Address(String host, int port) {

        URI uri() {
            return URI.create("http://" + host + ":" + port);
        }

        @Override
        public String toString() {
            return "http://" + host + ":" + port;
        }
    }

    private final Map<ServiceName, Address> byService = new EnumMap<>(ServiceName.class);

    private Addresses() {}

    static Addresses of(Home home, Map<String, String> environment) {
        Addresses addresses = new Addresses();
        Map<?, ?> file = services(home);
        for (ServiceName service : ServiceName.values()) {
            Map<?, ?> given = file.get(service.wireName()) instanceof Map<?, ?> map ? map : Map.of();
            String variable = VARIABLE + service.wireName().replace('-', '_').toUpperCase(Locale.ROOT);
            String host = environment.get(variable + "__HOST");
            Object port = environment.get(variable + "__PORT");
            addresses.byService.put(
                    service,
                    new Address(
                            text(host != null ? host : given.get("host")),
                            port(port != null ? port : given.get("port"), service.defaultPort())));
        }
        return addresses;
    }

    Address of(ServiceName service) {
        Address address = byService.get(service);
        if (address == null) {
            throw new IllegalStateException("no address of " + service);
        }
        return address;
    }

    /** The file is parsed only if it speaks of services at all: a home as installed does not. */
    private static Map<?, ?> services(Home home) {
        try {
            String text = Files.readString(home.configFile());
            if (text.contains("\"services\"") && Json.parseObject(text).get("services") instanceof Map<?, ?> services) {
                return services;
            }
        } catch (IOException | SoniaException unusable) {
            return Map.of();
        }
        return Map.of();
    }

    private static String text(@Nullable Object host) {
        return host instanceof String name && !name.isBlank() ? name : LOOPBACK;
    }

    private static int port(@Nullable Object given, int fallback) {
        try {
            int port =
                    given == null ? fallback : Integer.parseInt(given.toString().strip());
            return port > 0 && port <= MAX_PORT ? port : fallback;
        } catch (NumberFormatException notANumber) {
            return fallback;
        }
    }
}
