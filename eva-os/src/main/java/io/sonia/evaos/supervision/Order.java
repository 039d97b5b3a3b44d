package io.sonia.evaos.supervision;

import io.sonia.journal.Tx;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.http.StoredReply;
import io.sonia.kernel.json.Json;
import java.sql.SQLException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An operator's request to start or stop a service: on whose account, and how its answer is kept for a repetition. */
record Order(
        AuditEvent event,
        AuditEvent.Origin origin,
        @Nullable IdempotencyKey key,
        String reason) {

    static Order of(Call<?> call, String service, String reason) {
        AuditEvent event = call.audit().about("service", service).detail(Map.of("reason", reason));
        return new Order(event, call.context().origin(), call.idempotencyKey(), reason);
    }

    /** Puts the request on record together with its answer. */
    void done(Tx tx, int status, Record answer) throws SQLException {
        tx.audit(event.status(status));
        tx.remember(key, new StoredReply(status, Json.bytes(answer), null));
    }
}
