package io.sonia.kernel.settings;

import io.sonia.kernel.ServiceName;
import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Named;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/** Where each service listens, and whether the house is complete without it. */
public record ServicesConfig(
        @Named("eva-os") @Default("{\"port\":7050}") Endpoint evaOs,
        @Named("memory-engine") @Default("{\"port\":7020}") Endpoint memoryEngine,
        @Named("model-router") @Default("{\"port\":7010}") Endpoint modelRouter,
        @Default("{\"port\":7040}") Endpoint openclaw,
        @Named("api-gateway") @Default("{\"port\":7000}") Endpoint apiGateway,
        @Default("{\"port\":7030}") Endpoint pipecat,

        @Named("sofiia-console") @Default("{\"port\":7080,\"required\":false}")
        Endpoint sofiiaConsole) {

    public static final Section<ServicesConfig> SECTION = Section.fixed("services", ServicesConfig.class)
            .checkedBy((services, all, problems) -> {
                for (ServiceName one : ServiceName.values()) {
                    for (ServiceName other : ServiceName.values()) {
                        if (one.compareTo(other) < 0) {
                            services.of(one)
                                    .shared(services.of(other))
                                    .ifPresent(
                                            port -> problems.accept(one + " and " + other + " both have port " + port));
                        }
                    }
                    if (new HashSet<>(services.of(one).ports()).size()
                            < services.of(one).ports().size()) {
                        problems.accept(one + " has a port twice");
                    }
                }
            });

    /**
     * One service's address.
     *
     * @param port 0 takes any free port, for tests
     * @param required false if the other services may be called ready without it
     * @param morePorts of further processes of this service on this machine: the second one's, the third one's
     */
    public record Endpoint(
            @Default("\"127.0.0.1\"") @Text(min = 1, max = 255)
            String host,

            @Range(max = 65_535) int port,
            @Default("true") boolean required,

            @Default("[]") @Items(max = 7) @Range(min = 1, max = 65_535)
            List<Integer> morePorts) {

        /** True if only this machine can reach it. */
        public boolean loopback() {
            return host.equals("localhost") || host.equals("::1") || host.matches("127(\\.\\d{1,3}){3}");
        }

        /** The ports of the service's processes on this machine, in their order. */
        public List<Integer> ports() {
            List<Integer> all = new ArrayList<>();
            all.add(port);
            all.addAll(morePorts);
            return all;
        }

        private Optional<Integer> shared(Endpoint other) {
            return host.equals(other.host)
                    ? ports().stream()
                            .filter(each -> each != 0 && other.ports().contains(each))
                            .findFirst()
                    : Optional.empty();
        }
    }

    public Endpoint of(ServiceName service) {
        return switch (service) {
            case EVA_OS -> evaOs;
            case MEMORY_ENGINE -> memoryEngine;
            case MODEL_ROUTER -> modelRouter;
            case OPENCLAW -> openclaw;
            case API_GATEWAY -> apiGateway;
            case PIPECAT -> pipecat;
            case SOFIIA_CONSOLE -> sofiiaConsole;
        };
    }
}
