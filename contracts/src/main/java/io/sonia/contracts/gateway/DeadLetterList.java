package io.sonia.contracts.gateway;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A page of dead letters, newest first. */
public record DeadLetterList(
        List<DeadLetter> deadLetters,
        int count,
        int total,
        @Nullable String nextCursor) {}
