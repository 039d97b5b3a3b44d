package io.sonia.contracts.memory;

import java.util.List;

/**
 * The sources of a memory, of the memory that it came from, and so on.
 *
 * @param cyclic true if the chain came back to a memory it had passed
 * @param truncated true if it goes on beyond the depth asked for
 */
public record ProvenanceChain(String memoryId, List<Provenance> chain, int depth, boolean cyclic, boolean truncated) {}
