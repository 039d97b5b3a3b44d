package io.sonia.platform;

import io.sonia.contracts.Installation;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.json.Json;
import io.sonia.testkit.OwnPorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A fresh SONIA_HOME whose services listen on free ports. */
final class TestHome {

    private final Home home;
    private final OwnPorts ports;
    private final OwnPorts secondPorts;

    private TestHome(Home home) throws IOException {
        this.home = home;
        this.ports = new OwnPorts();
        this.secondPorts = other(ports);
    }

    private TestHome(Home home, TestHome other) {
        this.home = home;
        this.ports = other.ports;
        this.secondPorts = other.secondPorts;
    }

    /** A home with the settings of another one that nobody runs any more; what is missing in it is made. */
    static TestHome of(Home home, TestHome other) {
        Installation.ensure(home, new Ids(new SecureRandom()));
        return new TestHome(home, other);
    }

    private static OwnPorts other(OwnPorts taken) throws IOException {
        Set<Integer> used = Stream.of(ServiceName.values()).map(taken::of).collect(Collectors.toSet());
        OwnPorts other = new OwnPorts();
        while (Stream.of(ServiceName.values()).map(other::of).anyMatch(used::contains)) {
            other = new OwnPorts();
        }
        return other;
    }

    /** A section {@code journal} with which another one takes over soon. */
    static Map<String, Object> shortLease(Map<String, String> database) {
        Map<String, Object> journal = new LinkedHashMap<>(database);
        journal.put("lease_seconds", 6);
        return journal;
    }

    /** A section {@code rate_limit} that a test does not meet, however fast its machine is. */
    static Map<String, Integer> noRateLimit() {
        Map<String, Integer> limits = new LinkedHashMap<>();
        for (String each : List.of(
                "person_per_second",
                "person_burst",
                "service_per_second",
                "service_burst",
                "session_per_second",
                "session_burst",
                "address_per_second")) {
            limits.put(each, 1_000_000);
        }
        limits.put("auth_failures_per_second", 100_000);
        return limits;
    }

    /** Installs a home below {@code folder}; {@code sections} are settings beside the ports. */
    static TestHome install(Path folder, Map<String, ?> sections) throws IOException {
        TestHome made = new TestHome(new Home(folder.resolve("home")));
        Installation.ensure(made.home, new Ids(new SecureRandom()));
        Map<String, Object> services = new LinkedHashMap<>();
        for (ServiceName service : ServiceName.values()) {
            services.put(
                    service.wireName(),
                    Map.of("port", made.port(service), "more_ports", List.of(made.secondPort(service))));
        }
        Map<String, Object> config = new LinkedHashMap<>(Json.parseObject(Files.readString(made.home.configFile())));
        config.put("services", services);
        // A model server that happens to run on this machine must not answer in place of the built-in assistant.
        config.put("model_router", Map.of("providers", Map.of("ollama", Map.of("base_url", "http://127.0.0.1:1/v1"))));
        config.putAll(sections);
        Files.write(made.home.configFile(), Json.bytes(config));
        return made;
    }

    Home home() {
        return home;
    }

    int port(ServiceName service) {
        return ports.of(service);
    }

    /** Where a second process of the service listens. */
    int secondPort(ServiceName service) {
        return secondPorts.of(service);
    }

    String operatorToken() throws IOException {
        return Files.readString(home.operatorToken()).strip();
    }

    String serviceToken(ServiceName service) throws IOException {
        return Files.readString(home.token(service)).strip();
    }

    /** What a service has logged so far. */
    String log(String service) {
        try {
            return Files.readString(home.log(ServiceName.byWireName(service).orElseThrow()));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    Api gateway() throws IOException {
        return Api.at(port(ServiceName.API_GATEWAY), operatorToken());
    }
}
