package io.sonia.kernel;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The services of the house in start order, with their default ports and the services each one cannot live without. */
public enum ServiceName {
    EVA_OS("eva-os", 7050),
    MEMORY_ENGINE("memory-engine", 7020, EVA_OS),
    MODEL_ROUTER("model-router", 7010, EVA_OS),
    OPENCLAW("openclaw", 7040, EVA_OS),
    API_GATEWAY("api-gateway", 7000, EVA_OS, MEMORY_ENGINE, MODEL_ROUTER, OPENCLAW),
    PIPECAT("pipecat", 7030, API_GATEWAY),
    SOFIIA_CONSOLE("sofiia-console", 7080, API_GATEWAY);

    private final String wireName;
    private final int defaultPort;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<ServiceName> needs;

    ServiceName(String wireName, int defaultPort, ServiceName... needs) {
        this.wireName = wireName;
        this.defaultPort = defaultPort;
        this.needs = List.of(needs);
    }

    /** The name on the wire, in logs, settings and folders. */
    public String wireName() {
        return wireName;
    }

    public int defaultPort() {
        return defaultPort;
    }

    public List<ServiceName> needs() {
        return needs;
    }

    public static Optional<ServiceName> byWireName(String name) {
        return Arrays.stream(values())
                .filter(each -> each.wireName.equals(name))
                .findFirst();
    }

    @Override
    public String toString() {
        return wireName;
    }
}
