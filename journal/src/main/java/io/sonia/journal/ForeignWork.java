package io.sonia.journal;

import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.StoredReply;
import io.sonia.kernel.json.Json;
import java.util.function.Supplier;

/**
 * Work of keyed requests whose effect is made elsewhere and can be asked for twice: it is on record as begun before it
 * begins, so that after a crash a request with the same key goes on with it, and one with another body is refused.
 */
public final class ForeignWork {

    private final Journal journal;

    public ForeignWork(Journal journal) {
        this.journal = journal;
    }

    /** Runs the work as begun under the request's key. One that was refused without an effect never was. */
    public <T> T run(Call<?> call, String resource, Supplier<T> work) {
        IdempotencyKey key = call.idempotencyKey();
        if (key == null || call.begun() != null) {
            return work.get();
        }
        journal.commit(tx -> {
            tx.begin(key, resource);
            return resource;
        });
        try {
            return work.get();
        } catch (SoniaException e) {
            if (e.code().withoutEffect()) {
                withdraw(key, e);
            }
            throw e;
        }
    }

    /** As {@link #run}, and stores the answer. */
    public Reply.Enveloped answered(Call<?> call, String resource, Supplier<Reply.Enveloped> work) {
        Reply.Enveloped reply = run(call, resource, work);
        if (call.idempotencyKey() != null) {
            StoredReply stored = new StoredReply(reply.status(), Json.bytes(reply.data()), reply.location());
            journal.commit(tx -> {
                tx.remember(call.idempotencyKey(), stored);
                return stored;
            });
        }
        return reply;
    }

    private void withdraw(IdempotencyKey key, SoniaException refusal) {
        try {
            journal.commit(tx -> {
                tx.withdraw(key);
                return key;
            });
        } catch (SoniaException e) {
            refusal.addSuppressed(e);
        }
    }
}
