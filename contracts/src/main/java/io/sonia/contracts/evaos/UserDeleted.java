package io.sonia.contracts.evaos;

/** A person is gone with all keys; the id never returns. */
public record UserDeleted(String userId, UserStatus status) {}
