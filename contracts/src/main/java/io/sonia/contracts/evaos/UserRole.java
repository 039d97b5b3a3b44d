package io.sonia.contracts.evaos;

/** What a person may do: act and decide, or look. */
public enum UserRole {
    OPERATOR,
    OBSERVER
}
