package io.sonia.kernel.http;

import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.identity.Caller;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What travels with a piece of work from hop to hop: correlation, trace, deadline and who it is for.
 *
 * @param bearer the person's key to forward, if a person asked; never logged
 * @param idempotencyDigest SHA-256 of the idempotency key, if one was given
 */
public record Context(
        String correlationId,
        Trace trace,
        Deadline deadline,
        Caller caller,
        @Nullable String bearer,
        @Nullable String idempotencyDigest) {

    /** Work a service does by itself, for {@code onBehalfOf} if that is known. */
    public static Context own(
            ServiceName service,
            String correlationId,
            @Nullable String onBehalfOf,
            Duration time,
            Ids ids,
            Clock clock) {
        Caller caller = new Caller(service.wireName(), io.sonia.kernel.identity.Role.SERVICE, service, onBehalfOf);
        return new Context(
                correlationId, Trace.continued(null, null, ids), Deadline.in(time, clock), caller, null, null);
    }

    /** The same work with at most {@code time} left. */
    public Context within(Duration time) {
        return new Context(correlationId, trace, deadline.atMost(time), caller, bearer, idempotencyDigest);
    }

    /** Who and in which request, for the audit. */
    public AuditEvent.Origin origin() {
        return new AuditEvent.Origin(
                caller.actorId(),
                caller.roleName(),
                caller.kind(),
                caller.via() == null ? null : caller.via().wireName(),
                caller.onBehalfOf(),
                correlationId,
                trace.traceId(),
                idempotencyDigest);
    }
}
