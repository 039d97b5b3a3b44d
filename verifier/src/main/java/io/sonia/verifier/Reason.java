package io.sonia.verifier;

import java.util.Locale;

/** Why a file is not accepted, one word each, as docs/audit-format.md lists them. */
enum Reason {
    MALFORMED,
    TRUNCATED,
    DETAIL_MISMATCH,
    HASH_MISMATCH,
    PREV_HASH_MISMATCH,
    GAP,
    CHAIN_MISMATCH,
    HEADER_MISMATCH,
    UNSIGNED,
    BAD_SIGNATURE,
    ROOT_MISMATCH,
    INCONSISTENT,
    REWRITTEN,
    CUT,
    UNPROVEN,
    UNATTESTED,
    MISSING_FILE,
    EXTRA_FILE,
    FILE_MISMATCH,
    UNSAFE_ARCHIVE,
    USAGE(2),
    UNREADABLE(3),
    UNKNOWN_FORMAT(3);

    private final int exitCode;

    Reason() {
        this(1);
    }

    Reason(int exitCode) {
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }

    /** The word in answers. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
