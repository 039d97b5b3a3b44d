package io.sonia.kernel.settings;

import io.sonia.kernel.ServiceName;
import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Named;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;

/** Where each service listens, and whether the house is complete without it. */
public record ServicesConfig(
        @Named("eva-os") @Default("{\"port\":7050}") Endpoint evaOs,
        @Named("memory-engine") @Default("{\"port\":7020}") Endpoint memoryEngine,
        @Named("model-router") @Default("{\"port\":7010}") Endpoint modelRouter,
        @Default("{\"port\":7040}") Endpoint openclaw,
        @Named("api-gateway") @Default("{\"port\":7000}") Endpoint apiGateway,
        @Default("{\"port\":7030}") Endpoint pipecat) {

    public static final Section<ServicesConfig> SECTION = Section.fixed("services", ServicesConfig.class)
            .checkedBy((services, all, problems) -> {
                for (ServiceName one : ServiceName.values()) {
                    for (ServiceName other : ServiceName.values()) {
                        if (one.compareTo(other) < 0 && services.of(one).collides(services.of(other))) {
                            problems.accept(one + " and " + other + " both have port "
                                    + services.of(one).port());
                        }
                    }
                }
            });

    /**
     * One service's address.
     *
     * @param port 0 takes any free port, for tests
     * @param required false if the other services may be called ready without it
     */
    public record Endpoint(
            @Default("\"127.0.0.1\"") @Text(min = 1, max = 255)
            String host,

            @Range(max = 65_535) int port,
            @Default("true") boolean required) {

        /** True if only this machine can reach it. */
        public boolean loopback() {
            return host.equals("localhost") || host.equals("::1") || host.matches("127(\\.\\d{1,3}){3}");
        }

        private boolean collides(Endpoint other) {
            return port != 0 && port == other.port && host.equals(other.host);
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
        };
    }
}
