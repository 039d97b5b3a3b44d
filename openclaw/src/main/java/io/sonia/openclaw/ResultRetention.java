package io.sonia.openclaw;

import io.sonia.journal.Journal;
import io.sonia.kernel.Clock;
import java.time.Duration;
import java.time.Instant;

/** Drops the results of executions after a day: until then an execution id repeats its answer, then only the fact stays. */
final class ResultRetention {

    private static final Duration KEPT = Duration.ofHours(24);
    private static final int LIMIT = 500;

    private final Journal journal;
    private final ExecutionStore store;
    private final Clock clock;
    private Instant doneUntil = Instant.EPOCH;

    ResultRetention(Journal journal, ExecutionStore store, Clock clock) {
        this.journal = journal;
        this.store = store;
        this.clock = clock;
    }

    /** Drops at most {@code LIMIT} results. */
    void run() {
        Instant until = clock.now().minus(KEPT);
        int dropped = journal.commit(tx -> store.forgetResults(tx, doneUntil, until, LIMIT));
        if (dropped < LIMIT) {
            doneUntil = until;
        }
    }
}
