package io.sonia.contracts.audit;

/** The newest entry of a chain: how many there are, and its hash. */
public record ChainHead(long size, String hash) {}
