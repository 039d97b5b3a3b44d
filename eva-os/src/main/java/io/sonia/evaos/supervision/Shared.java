package io.sonia.evaos.supervision;

import io.sonia.kernel.Clock;
import io.sonia.kernel.Ids;
import io.sonia.kernel.logging.ServiceLog;
import io.sonia.kernel.metrics.Counter;

/** What the services under one supervisor share. */
record Shared(
        SupervisionConfig config,
        SupervisionStore store,
        Maintenance maintenance,
        Launcher launcher,
        Probe probe,
        Clock clock,
        SteadyTime time,
        Ids ids,
        ServiceLog log,
        Counter restarts) {}
