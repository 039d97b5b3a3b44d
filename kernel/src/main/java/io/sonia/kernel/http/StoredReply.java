package io.sonia.kernel.http;

import org.jspecify.annotations.Nullable;

/** The first answer to a request with an idempotency key: status, the bytes of {@code data}, and its location. */
@SuppressWarnings("ArrayRecordComponent") // the bytes go from the store to the wire as they are
public record StoredReply(int status, byte[] data, @Nullable String location) {}
