package io.sonia.journal;

import org.jspecify.annotations.Nullable;

/**
 * Whether a journal can work, and its figures.
 *
 * @param reason why it failed; null unless it did
 * @param waiting works that wait for the writer
 * @param waitingLimit works beyond which new ones are refused
 * @param commits transactions made durable since it was opened
 * @param works works made durable since it was opened, several per transaction under load
 * @param walBytes size of the write-ahead log
 * @param schemaVersion last migration of the service's own tables
 */
public record JournalState(
        Phase phase,
        @Nullable String reason,
        int waiting,
        int waitingLimit,
        long commits,
        long works,
        long walBytes,
        int schemaVersion) {

    /** The life of a journal; a failed one never commits again, one that is cut off may once its server is back. */
    public enum Phase {
        OPEN,
        CUT_OFF,
        FAILED,
        CLOSED
    }

    public boolean open() {
        return phase == Phase.OPEN;
    }
}
