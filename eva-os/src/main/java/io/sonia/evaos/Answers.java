package io.sonia.evaos;

import io.sonia.journal.Tx;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.StoredReply;
import io.sonia.kernel.json.Json;
import java.sql.SQLException;

/** Answers of mutations: kept under the request's idempotency key in the transaction of the effect. */
final class Answers {

    private Answers() {}

    /** Keeps the answer if the request has a key, and returns it. */
    static Reply.Enveloped keep(Tx tx, Call<?> call, Reply.Enveloped reply) throws SQLException {
        if (call.idempotencyKey() != null) {
            byte[] data = Json.bytes(reply.data());
            tx.remember(call.idempotencyKey(), new StoredReply(reply.status(), data, reply.location()));
        }
        return reply;
    }

    /** As above; an answer too large to be kept is read from the approval again. */
    static Reply.Enveloped keep(Tx tx, Call<?> call, Reply.Enveloped reply, String approvalId) throws SQLException {
        if (call.idempotencyKey() != null) {
            byte[] data = Json.bytes(reply.data());
            tx.remember(call.idempotencyKey(), new StoredReply(reply.status(), data, reply.location()), approvalId);
        }
        return reply;
    }
}
