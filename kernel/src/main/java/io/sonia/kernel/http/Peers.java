package io.sonia.kernel.http;

import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The other services as one service sees them. */
public final class Peers {

    private final Map<ServiceName, Peer> peers = new EnumMap<>(ServiceName.class);
    private final Map<ServiceName, Integer> ports;
    private final SloSignal slo = new SloSignal();

    /**
     * Peers on this machine.
     *
     * @param ports where each service listens
     * @param serviceToken the calling service's own token, asked for at each call so that a renewed one is used
     */
    public Peers(Map<ServiceName, Integer> ports, Hlc hlc, Supplier<String> serviceToken) {
        this(ports, hlc, serviceToken, null);
    }

    /** Peers behind breakers; null for calls that all pass. */
    public Peers(Map<ServiceName, Integer> ports, Hlc hlc, Supplier<String> serviceToken, @Nullable Breakers breakers) {
        this.ports = Map.copyOf(ports);
        ports.forEach((service, port) -> {
            PeerGuard guard = breakers == null ? null : breakers.guard(service);
            peers.put(service, new Peer(service.wireName(), port, hlc, serviceToken, slo, guard));
        });
    }

    public Peer of(ServiceName service) {
        Peer peer = peers.get(service);
        if (peer == null) {
            throw new IllegalArgumentException("no address for " + service);
        }
        return peer;
    }

    /** The SLO mode that goes along with each call, where it is decided. */
    public SloSignal slo() {
        return slo;
    }

    public int port(ServiceName service) {
        return ports.getOrDefault(service, service.defaultPort());
    }
}
