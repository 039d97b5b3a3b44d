package io.sonia.kernel.http;

import java.util.Optional;

/**
 * The durable memory of keyed requests. That work was begun, and its answer, are stored by the work, in its own
 * transactions.
 */
public interface IdempotencyRecords {

    /**
     * What is on record under the key.
     *
     * @throws io.sonia.kernel.SoniaException IDEMPOTENCY_MISMATCH if the key was used for another request
     */
    KeyRecord look(IdempotencyKey key);

    /** The stored answer, if the request was answered. */
    default Optional<StoredReply> find(IdempotencyKey key) {
        return look(key) instanceof KeyRecord.Answered answered ? Optional.of(answered.reply()) : Optional.empty();
    }

    /**
     * Makes the key's owner the one of begun work that nobody owns, under a higher fence token: what the former owner
     * still writes under the key is refused.
     *
     * @return the work's resource; empty if there is nothing to take over
     */
    default Optional<String> takeOver(IdempotencyKey key) {
        return Optional.empty();
    }

    /** Gives up begun work without an answer, so that the next request may take it over; a former owner changes nothing. */
    default void release(IdempotencyKey key) {}
}
