package io.sonia.contracts.console;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One page of messages, in the order of its direction by (ts, message_id). */
public record MessageList(
        List<Message> messages,
        int count,
        long total,
        @Nullable String nextCursor) {}
