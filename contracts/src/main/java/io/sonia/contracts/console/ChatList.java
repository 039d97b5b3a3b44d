package io.sonia.contracts.console;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One page of chats, newest first. */
public record ChatList(
        List<Chat> chats, int count, long total, @Nullable String nextCursor) {}
