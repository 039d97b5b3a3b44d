package io.sonia.contracts.evaos;

/** What policy says about a call. */
public enum Verdict {
    ALLOW,
    CONFIRM,
    DENY
}
