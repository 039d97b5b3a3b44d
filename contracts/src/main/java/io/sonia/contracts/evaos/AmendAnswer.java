package io.sonia.contracts.evaos;

/** The approval that no longer waits, and the one that waits in its place. */
public record AmendAnswer(Approval cancelled, Approval approval) {}
