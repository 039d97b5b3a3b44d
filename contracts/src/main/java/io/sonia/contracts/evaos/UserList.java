package io.sonia.contracts.evaos;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One page of persons, newest first. */
public record UserList(
        List<User> users, int count, long total, @Nullable String nextCursor) {}
