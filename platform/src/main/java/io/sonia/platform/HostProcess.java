package io.sonia.platform;

import io.sonia.kernel.Clock;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.logging.Logs;
import io.sonia.kernel.settings.Settings;

/**
 * What the services of one process share.
 *
 * @param instance 1, or more for a further process of the same services on this machine
 */
record HostProcess(
        Home home, Settings settings, int instance, Clock clock, Ids ids, Logs logs, FatalListener listener) {

    /** Told when a service can never work again. */
    interface FatalListener {
        void fatal(ServiceName service, String reason);
    }

    void fatal(ServiceName service, String reason) {
        listener.fatal(service, reason);
    }
}
