package io.sonia.contracts.policy;

/** One file of the policy set: its name, the SHA-256 of its bytes, and the version it says it has. */
public record PolicyFile(String name, String sha256, int version) {}
