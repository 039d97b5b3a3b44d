package io.sonia.contracts.evaos;

/** Where a person is in the life of an account. */
public enum UserStatus {
    ACTIVE,
    SUSPENDED,
    DELETED
}
