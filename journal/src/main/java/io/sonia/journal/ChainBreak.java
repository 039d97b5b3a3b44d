package io.sonia.journal;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;

/** Where a chain stops being what was written, and how that shows. */
record ChainBreak(long firstBadSeq, String reason) {

    /** The entry's fields do not have its hash. */
    static final String HASH = "hash_mismatch";

    /** The entry's detail does not have its detail_hash. */
    static final String DETAIL = "detail_mismatch";

    /** The entry does not continue the one before. */
    static final String PREV_HASH = "prev_hash_mismatch";

    /** An entry is missing. */
    static final String GAP = "gap";

    /** The newest entry is not the one written last. */
    static final String HEAD = "head_mismatch";

    /** There is an entry that this process did not write. */
    static final String BEYOND_HEAD = "beyond_head";

    /** The entry's place in the file is damaged. */
    static final String UNREADABLE = "unreadable";

    /** The chain does not begin at its first entry and does not say why. */
    static final String UNRECORDED_PRUNING = "unrecorded_pruning";

    SoniaException asException() {
        return SoniaException.of(ErrorCode.AUDIT_CHAIN_BROKEN)
                .with("first_bad_seq", firstBadSeq)
                .with("reason", reason);
    }
}
