package io.sonia.kernel.http;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.identity.Caller;
import org.jspecify.annotations.Nullable;

/** Told about every request, for log and metrics. */
public interface RequestLog {

    /**
     * What there is to say about one request.
     *
     * @param operation the wire name, or {@code http} if no route matched
     * @param keyed what became of its idempotency key, if it had one
     * @param queuedMillis how long it waited before it ran, or was shed
     * @param shed why it was not let in, if it was not: refused, evicted or expired
     * @param failure the exception behind a failure, if there was one
     */
    record Finished(
            String operation,
            int status,
            ErrorCode code,
            double millis,
            String correlationId,
            Caller caller,
            @Nullable Trace trace,
            @Nullable Keyed keyed,
            double queuedMillis,
            @Nullable String shed,
            @Nullable Throwable failure) {}

    /** How a keyed request met its key. */
    enum Keyed {
        /** It ran as the first one. */
        FIRST,
        /** It was answered as the first one was. */
        REPLAYED,
        /** The first one is still at work. */
        IN_PROGRESS,
        /** The key belongs to another request. */
        MISMATCH,
        /** It went on with what an earlier one had begun. */
        TAKEOVER,
        /** It ran as the first one, since the answer to an earlier one is no longer kept. */
        EXPIRED
    }

    /** A request has come in; {@link #finished} follows. */
    void begun();

    void finished(Finished request);
}
