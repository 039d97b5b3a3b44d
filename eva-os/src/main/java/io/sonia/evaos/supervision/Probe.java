package io.sonia.evaos.supervision;

import io.sonia.kernel.ServiceName;

/** Looks whether a service is alive; returns within a bounded time and never throws. */
@FunctionalInterface
public interface Probe {

    Look look(ServiceName service);
}
