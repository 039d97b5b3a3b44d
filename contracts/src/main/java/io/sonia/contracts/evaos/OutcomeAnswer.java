package io.sonia.contracts.evaos;

/** An outcome on record. */
public record OutcomeAnswer(String approvalId, ExecutionOutcome outcome) {}
