package io.sonia.kernel.http;

import org.jspecify.annotations.Nullable;

/** What is on record under an idempotency key. */
public sealed interface KeyRecord {

    /** Nothing, or nothing any more: the next request is a first one. */
    record Absent(boolean expired) implements KeyRecord {}

    /**
     * The request was answered.
     *
     * @param resource what its work was about, if that was begun under the key
     * @param whole false if the reply is too large to be kept and only its digest, size and location are
     */
    record Answered(StoredReply reply, @Nullable String resource, boolean whole) implements KeyRecord {}

    /**
     * Work with an effect elsewhere was begun and is not answered.
     *
     * @param resource the action, turn or execution that the work is recorded as
     * @param owned true while the one who began it, or took it over, is at work
     */
    record Begun(String resource, boolean owned) implements KeyRecord {}
}
