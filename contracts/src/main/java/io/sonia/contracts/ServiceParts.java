package io.sonia.contracts;

import io.sonia.contracts.audit.AuditRoutes;
import io.sonia.journal.Journal;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.Timers;
import io.sonia.kernel.http.Peers;
import io.sonia.kernel.identity.Verifiers;
import io.sonia.kernel.logging.ServiceLog;
import io.sonia.kernel.metrics.Metrics;
import io.sonia.kernel.settings.Settings;

/**
 * Everything a service is built from.
 *
 * @param audit the routes of its own audit chain
 */
public record ServiceParts(
        ServiceName service,
        Home home,
        Settings settings,
        Journal journal,
        Clock clock,
        Ids ids,
        Timers timers,
        Metrics metrics,
        ServiceLog log,
        Peers peers,
        Verifiers verifiers,
        AuditRoutes audit) {}
