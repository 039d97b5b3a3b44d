package io.sonia.journal;

import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a service may choose about its journal.
 *
 * @param redactor takes secrets out of an audit entry's detail before it is hashed and stored
 * @param onFatal told the reason when the store can never commit again; the process should end then
 * @param queueLimit works that may wait; more are refused as OVERLOADED
 * @param diskFloorBytes free space below which nothing is written
 * @param walLimitBytes size of the write-ahead log at which readers are held back until it is emptied
 */
public record JournalOptions(
        UnaryOperator<Map<String, @Nullable Object>> redactor,
        Consumer<String> onFatal,
        int queueLimit,
        long diskFloorBytes,
        long walLimitBytes) {

    private static final int QUEUE_LIMIT = 4096;
    private static final long MIB = 1024 * 1024;

    public static JournalOptions of(UnaryOperator<Map<String, @Nullable Object>> redactor, Consumer<String> onFatal) {
        return new JournalOptions(redactor, onFatal, QUEUE_LIMIT, 512 * MIB, 64 * MIB);
    }

    public JournalOptions queueLimit(int works) {
        return new JournalOptions(redactor, onFatal, works, diskFloorBytes, walLimitBytes);
    }

    public JournalOptions diskFloorBytes(long bytes) {
        return new JournalOptions(redactor, onFatal, queueLimit, bytes, walLimitBytes);
    }

    public JournalOptions walLimitBytes(long bytes) {
        return new JournalOptions(redactor, onFatal, queueLimit, diskFloorBytes, bytes);
    }
}
