package io.sonia.router;

import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.ErrorCode;

/** One call of a backend as its quarantine sees it; the only one at a time where the backend is on trial. */
final class Trial implements AutoCloseable {

    private final Quarantines quarantines;
    private final String backend;
    private final AuditEvent.Origin by;
    private final Quarantines.Entry entry;

    Trial(Quarantines quarantines, String backend, AuditEvent.Origin by) {
        this.quarantines = quarantines;
        this.backend = backend;
        this.by = by;
        this.entry = quarantines.enter(backend, by);
    }

    /** False if the backend must not be called. */
    boolean admitted() {
        return entry != Quarantines.Entry.REFUSED;
    }

    void succeeded() {
        quarantines.succeeded(backend, by);
    }

    void failed(ErrorCode code, double latencyMs) {
        quarantines.failed(backend, code, latencyMs, by);
    }

    @Override
    public void close() {
        if (entry == Quarantines.Entry.TRIAL) {
            quarantines.leave(backend);
        }
    }
}
