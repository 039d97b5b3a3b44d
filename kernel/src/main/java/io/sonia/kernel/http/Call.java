package io.sonia.kernel.http;

import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.identity.Caller;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One request as a handler sees it: authenticated, authorised, decoded and checked.
 *
 * @param input the decoded body and query; {@link Empty} for routes without
 * @param path the values of the path template's variables
 * @param headers the few request headers a handler may look at, by lower-case name
 * @param begun the resource that an earlier request under the same key began: the handler goes on with it instead of
 *     beginning another
 */
public record Call<I>(
        Operation operation,
        I input,
        Map<String, String> path,
        Map<String, String> headers,
        Context context,
        @Nullable IdempotencyKey idempotencyKey,
        boolean wantsEvents,
        @Nullable String begun) {

    /** The value of a path variable. */
    public String path(String name) {
        String value = path.get(name);
        if (value == null) {
            throw new IllegalStateException("the route has no variable " + name);
        }
        return value;
    }

    /** The same request, going on with what an earlier one left under its key; with nothing if there is nothing. */
    public Call<I> resuming(@Nullable String resource) {
        return new Call<>(operation, input, path, headers, context, idempotencyKey, wantsEvents, resource);
    }

    /** True if the request was answered before: the handler tells what became of {@link #begun}, and writes nothing. */
    public boolean repeats() {
        return begun != null && idempotencyKey == null;
    }

    public Caller caller() {
        return context.caller();
    }

    public Optional<String> header(String lowerCaseName) {
        return Optional.ofNullable(headers.get(lowerCaseName));
    }

    /** An audit event of this request, success so far. */
    public AuditEvent audit() {
        return AuditEvent.of(operation.wireName(), context.origin());
    }

    /** The fence token of the header, or {@code fromBody} if there is no header; both must agree. */
    public @Nullable Long fence(@Nullable Long fromBody) {
        String text = headers.get("x-fence-token");
        if (text == null) {
            return fromBody;
        }
        if (!text.matches("\\d{1,18}")) {
            throw SoniaException.of(ErrorCode.INVALID_ARGUMENT, "X-Fence-Token is not a number");
        }
        Long fromHeader = Long.valueOf(text);
        if (fromBody != null && !fromBody.equals(fromHeader)) {
            throw SoniaException.of(ErrorCode.INVALID_ARGUMENT, "X-Fence-Token and fence_token differ");
        }
        return fromHeader;
    }
}
