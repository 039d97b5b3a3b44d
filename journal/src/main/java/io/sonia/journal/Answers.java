package io.sonia.journal;

import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.StoredReply;
import io.sonia.kernel.json.Json;
import java.sql.SQLException;

/** Answers of mutations: kept under the request's idempotency key in the transaction of the effect. */
public final class Answers {

    private Answers() {}

    /** Keeps the answer if the request has a key, and returns it. */
    public static Reply.Enveloped keep(Tx tx, Call<?> call, Reply.Enveloped reply) throws SQLException {
        if (call.idempotencyKey() != null) {
            byte[] data = Json.bytes(reply.data());
            tx.remember(call.idempotencyKey(), new StoredReply(reply.status(), data, reply.location()));
        }
        return reply;
    }

    /** As above; an answer too large to be kept is read from the resource again. */
    public static Reply.Enveloped keep(Tx tx, Call<?> call, Reply.Enveloped reply, String resource)
            throws SQLException {
        if (call.idempotencyKey() != null) {
            byte[] data = Json.bytes(reply.data());
            tx.remember(call.idempotencyKey(), new StoredReply(reply.status(), data, reply.location()), resource);
        }
        return reply;
    }
}
