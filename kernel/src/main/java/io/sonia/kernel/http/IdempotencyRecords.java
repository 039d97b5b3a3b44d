package io.sonia.kernel.http;

import java.util.Optional;

/** The durable memory of answered requests. The answer itself is stored by the work, in its own transaction. */
public interface IdempotencyRecords {

    /**
     * The stored answer, if the request was answered before.
     *
     * @throws io.sonia.kernel.SoniaException IDEMPOTENCY_MISMATCH if the key was used for another request
     */
    Optional<StoredReply> find(IdempotencyKey key);
}
