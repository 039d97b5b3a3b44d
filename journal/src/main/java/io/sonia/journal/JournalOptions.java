package io.sonia.journal;

import java.time.Duration;
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
 * @param answersKept how long the answer to a keyed request is kept
 * @param maxAnswerBytes a larger answer is kept as its digest, size and location
 * @param lease how long the owner of begun work has it without renewing
 */
public record JournalOptions(
        UnaryOperator<Map<String, @Nullable Object>> redactor,
        Consumer<String> onFatal,
        int queueLimit,
        long diskFloorBytes,
        long walLimitBytes,
        Duration answersKept,
        int maxAnswerBytes,
        Duration lease) {

    private static final int QUEUE_LIMIT = 4096;
    private static final Duration ANSWERS_KEPT = Duration.ofHours(24);
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final int MAX_ANSWER_BYTES = 256 * 1024;
    private static final long MIB = 1024 * 1024;

    public static JournalOptions of(UnaryOperator<Map<String, @Nullable Object>> redactor, Consumer<String> onFatal) {
        return new JournalOptions(
                redactor, onFatal, QUEUE_LIMIT, 512 * MIB, 64 * MIB, ANSWERS_KEPT, MAX_ANSWER_BYTES, LEASE);
    }

    public JournalOptions queueLimit(int works) {
        return new JournalOptions(
                redactor, onFatal, works, diskFloorBytes, walLimitBytes, answersKept, maxAnswerBytes, lease);
    }

    public JournalOptions diskFloorBytes(long bytes) {
        return new JournalOptions(
                redactor, onFatal, queueLimit, bytes, walLimitBytes, answersKept, maxAnswerBytes, lease);
    }

    public JournalOptions walLimitBytes(long bytes) {
        return new JournalOptions(
                redactor, onFatal, queueLimit, diskFloorBytes, bytes, answersKept, maxAnswerBytes, lease);
    }

    public JournalOptions answers(Duration kept, int maxBytes) {
        return new JournalOptions(redactor, onFatal, queueLimit, diskFloorBytes, walLimitBytes, kept, maxBytes, lease);
    }

    public JournalOptions lease(Duration duration) {
        return new JournalOptions(
                redactor, onFatal, queueLimit, diskFloorBytes, walLimitBytes, answersKept, maxAnswerBytes, duration);
    }
}
