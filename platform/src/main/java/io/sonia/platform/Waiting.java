package io.sonia.platform;

import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.KernelRoutes;
import io.sonia.kernel.http.WaitingServer;
import io.sonia.kernel.logging.ServiceLog;
import io.sonia.kernel.settings.ServicesConfig;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The time in which a process waits for the lease that another one holds: it answers that it is there, if it can. */
final class Waiting implements AutoCloseable {

    private static final KernelRoutes.Ready.Check REASON = new KernelRoutes.Ready.Check(
            "lease", false, "another process holds the lease; this one waits until it is gone");

    private final ServiceName service;
    private final HostProcess process;
    private final ServiceLog log;
    private @Nullable WaitingServer server;

    Waiting(ServiceName service, HostProcess process, ServiceLog log) {
        this.service = service;
        this.process = process;
        this.log = log;
    }

    /** On the port of this instance; where the process that leads has that very port, nobody hears of this one. */
    void begin() {
        ServicesConfig.Endpoint endpoint =
                process.settings().section(ServicesConfig.SECTION).of(service);
        int port = endpoint.ports().get(process.instance() - 1);
        WaitingServer made = new WaitingServer(service, endpoint.host(), port, REASON, process.ids(), process.clock());
        try {
            made.start();
            server = made;
            log.info("service.waiting", "Another process holds the lease", Map.of("port", port));
        } catch (SoniaException taken) {
            made.close();
            log.warn("service.waiting", "Another process holds the lease, and the port", Map.of("port", port));
        }
    }

    @Override
    public void close() {
        if (server != null) {
            server.close();
        }
    }
}
