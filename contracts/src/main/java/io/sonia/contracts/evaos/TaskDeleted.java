package io.sonia.contracts.evaos;

import java.time.Instant;

/** A task that is gone; its id is never used again. */
public record TaskDeleted(TaskStatus status, String taskId, Instant deletedAt) {}
