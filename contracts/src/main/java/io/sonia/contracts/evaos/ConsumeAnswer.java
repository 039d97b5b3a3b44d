package io.sonia.contracts.evaos;

import java.time.Instant;

/** A grant used up, and by which execution. */
public record ConsumeAnswer(ApprovalState state, Instant consumedAt, String executionId) {}
