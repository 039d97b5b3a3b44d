package io.sonia.contracts.policy;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import io.sonia.kernel.json.WireNamed;
import java.time.Instant;
import java.util.List;

/** {@code network_allowlist.json}: which hosts the web tools may reach; OpenClaw enforces it. Nothing by default. */
public record NetworkAllowlist(
        @Range(min = 1, max = 1) int schema,
        @Range(min = 1) int version,
        Instant updatedAt,
        @Items(max = 500) List<Entry> entries) {

    /**
     * One reachable place.
     *
     * @param allowPrivate true if the host may have addresses that are not public, such as a service of this machine
     */
    public record Entry(
            @Text(min = 1, max = 253, pattern = "[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
            String host,

            @Default("443") @Range(min = 1, max = 65_535) int port,
            @Default("\"https\"") Scheme scheme,

            @Default("[\"GET\", \"HEAD\"]") @Items(min = 1, max = 2)
            List<Method> methods,

            @Default("false") boolean allowPrivate) {}

    /** How the host is spoken to. */
    public enum Scheme {
        HTTP,
        HTTPS
    }

    /** What may be asked of the host. */
    public enum Method implements WireNamed {
        GET,
        HEAD;

        @Override
        public String wireName() {
            return name();
        }
    }
}
