package io.sonia.contracts.audit;

/** How a part of a chain leaves the house; see docs/audit-format.md. */
public enum ExportFormat {
    /** In the envelope, at most 10,000 entries. */
    JSON,
    /** JSON Lines, at most 1,000,000 entries. */
    FILE,
    /** The whole signed tree as an archive of C2SP tiles. */
    TILES
}
