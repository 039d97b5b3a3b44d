package io.sonia.contracts.evaos;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One page of tasks, newest first. */
public record TaskList(
        List<Task> tasks, int count, long total, @Nullable String nextCursor) {}
