package io.sonia.contracts.memory;

/** The newest source of a memory. */
public record ProvenanceAnswer(Provenance provenance) {}
