package io.sonia.kernel.http;

import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.identity.Caller;
import org.jspecify.annotations.Nullable;

/** The state of one request on its way through the {@link Pipeline}. */
final class Passage {

    final Exchange exchange;
    final long started;
    String correlationId = "";
    String operation = "http";

    @Nullable
    Operation known;

    Caller caller = Caller.NOBODY;
    Door.Shown shown = Door.Shown.NOTHING;

    @Nullable
    Trace trace;

    RequestLog.@Nullable Keyed keyed;

    boolean authenticating;
    long queuedNanos;

    @Nullable
    String shed;

    AuditEvent.Subject subject = AuditEvent.Subject.NONE;

    Passage(Exchange exchange, long started) {
        this.exchange = exchange;
        this.started = started;
    }
}
