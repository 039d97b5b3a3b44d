package io.sonia.router;

import io.sonia.kernel.json.WireNamed;

/**
 * Something that a limit holds for.
 *
 * @param subject whose it is; empty for that of all calls of a day
 * @param period the day it counts, such as {@code 2026-01-31} (UTC); empty for a session
 */
record Budget(Scope scope, String subject, String period) {

    /** A limit is at most so much, which leaves sums far from the end of a 64-bit number. */
    static final long MOST = 1_000_000_000_000_000L;

    /** The kinds of budgets. */
    enum Scope {
        DAY,
        SESSION,
        USER,
        MODEL
    }

    String name() {
        String kind = WireNamed.of(scope);
        return subject.isEmpty() ? kind : kind + ":" + subject;
    }
}
