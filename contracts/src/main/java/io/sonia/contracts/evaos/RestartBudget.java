package io.sonia.contracts.evaos;

/** How many automatic restarts a service has used in its window, and until when the next one waits. */
public record RestartBudget(
        long windowStartMs, int attemptCount, int maxRestarts, long backoffUntilEpochMs, boolean exhausted) {}
