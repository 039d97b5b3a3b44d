package io.sonia.journal;

import java.nio.file.Path;

/**
 * A store as it was at one moment. From that moment on nobody writes to it until {@link #release}, or until the time that
 * was given is over; what it was stays to be copied until {@link #close}.
 */
public interface StoreCut extends AutoCloseable {

    /** Lets writers go on. */
    void release();

    /**
     * Releases, and copies the store as it was into a file that is not there yet, synced, readable by its owner only.
     *
     * @throws io.sonia.kernel.SoniaException STORAGE_FULL if there is no room for it, STORAGE_UNAVAILABLE if the copy
     *     cannot be written
     */
    void copy(Path target);

    /** Releases and forgets. */
    @Override
    void close();
}
