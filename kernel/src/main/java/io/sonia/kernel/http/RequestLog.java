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
     * @param keyed what became of its idempotency key, if it had one and was let in by it
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
            @Nullable Throwable failure) {}

    /** A keyed request ran, or was answered with what the first one under its key was. */
    enum Keyed {
        FIRST,
        REPLAYED
    }

    /** A request has come in; {@link #finished} follows. */
    void begun();

    void finished(Finished request);
}
