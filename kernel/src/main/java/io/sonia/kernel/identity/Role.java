package io.sonia.kernel.identity;

/** What a principal may be: a person who acts, a person who looks, a service, or nobody. */
public enum Role {
    OPERATOR,
    OBSERVER,
    SERVICE,
    NOBODY
}
