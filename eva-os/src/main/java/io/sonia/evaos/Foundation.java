package io.sonia.evaos;

import io.sonia.journal.Journal;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.http.Context;
import java.time.Duration;

/** What every part of EVA-OS stands on: its store, its clock, its ids and its figures. */
record Foundation(Journal journal, Clock clock, Ids ids, Figures figures) {

    private static final Duration OWN_WORK = Duration.ofSeconds(30);

    /** An audit event of EVA-OS's own work; {@code occasion} is {@code boot} or {@code timer}. */
    AuditEvent own(String operation, String occasion) {
        Context context = Context.own(ServiceName.EVA_OS, occasion, null, OWN_WORK, ids, clock);
        return AuditEvent.of(operation, context.origin());
    }
}
