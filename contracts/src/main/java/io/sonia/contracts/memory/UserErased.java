package io.sonia.contracts.memory;

/**
 * What of a user is in the memory no more.
 *
 * @param memories rows of the ledger, versions and deleted ones included
 * @param documents those that the user had read in
 * @param turns of the conversation history
 * @param vectors entries of the vector index
 */
public record UserErased(String userId, int memories, int documents, int turns, int vectors) {}
