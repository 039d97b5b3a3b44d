package io.sonia.contracts.gateway;

import org.jspecify.annotations.Nullable;

/** Which of the services behind the gateway answer. */
public record Deps(boolean allOk, Dep memoryEngine, Dep modelRouter, Dep openclaw, Dep pipecat, Dep evaOs) {

    /** One service: {@code ok} or {@code unavailable}. */
    public record Dep(
            String status,
            int port,
            double latencyMs,
            @Nullable String version,
            @Nullable String error) {}
}
