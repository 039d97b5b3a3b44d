package io.sonia.contracts.memory;

/** What can be wrong with memories. */
public enum QualityKind {
    /** Several in force of one person say the very same. */
    DUPLICATES,
    /** In force, though the time in which they hold is over. */
    STALE,
    /** Two contradict each other and nobody has decided. */
    CONFLICTING,
    /** They hold what looks like a key, token or password. */
    SECRET_LIKE
}
