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
 * @param instance which of the processes that may write this is
 */
public record JournalOptions(
        UnaryOperator<Map<String, @Nullable Object>> redactor,
        Consumer<String> onFatal,
        Bounds bounds,
        Answers answers,
        Instance instance) {

    private static final long MIB = 1024 * 1024;

    /**
     * How much a journal takes.
     *
     * @param queueLimit works that may wait; more are refused as OVERLOADED
     * @param diskFloorBytes free space below which nothing is written
     * @param walLimitBytes size of the write-ahead log at which readers are held back until it is emptied
     */
    public record Bounds(int queueLimit, long diskFloorBytes, long walLimitBytes) {
        static final Bounds DEFAULT = new Bounds(4096, 512 * MIB, 64 * MIB);
    }

    /**
     * What is kept of keyed requests.
     *
     * @param kept how long the answer to one is kept
     * @param maxBytes a larger answer is kept as its digest, size and location
     * @param lease how long the owner of begun work has it without renewing
     */
    public record Answers(Duration kept, int maxBytes, Duration lease) {
        static final Answers DEFAULT = new Answers(Duration.ofHours(24), 256 * 1024, Duration.ofSeconds(30));
    }

    /**
     * One of the processes of a service.
     *
     * @param number no two have the same at a time
     * @param alone true if there is never another one that writes at the same time
     * @param lease how long one that has died keeps its number
     * @param whileWaiting run once if the number is not free yet, before waiting for it
     */
    public record Instance(int number, boolean alone, Duration lease, Runnable whileWaiting) {
        static final Instance FIRST = new Instance(1, true, Duration.ofSeconds(10), () -> {});
    }

    public static JournalOptions of(UnaryOperator<Map<String, @Nullable Object>> redactor, Consumer<String> onFatal) {
        return new JournalOptions(redactor, onFatal, Bounds.DEFAULT, Answers.DEFAULT, Instance.FIRST);
    }

    public JournalOptions queueLimit(int works) {
        return bounds(new Bounds(works, bounds.diskFloorBytes(), bounds.walLimitBytes()));
    }

    public JournalOptions diskFloorBytes(long bytes) {
        return bounds(new Bounds(bounds.queueLimit(), bytes, bounds.walLimitBytes()));
    }

    public JournalOptions walLimitBytes(long bytes) {
        return bounds(new Bounds(bounds.queueLimit(), bounds.diskFloorBytes(), bytes));
    }

    public JournalOptions answers(Duration kept, int maxBytes) {
        return answers(new Answers(kept, maxBytes, answers.lease()));
    }

    public JournalOptions lease(Duration duration) {
        return answers(new Answers(answers.kept(), answers.maxBytes(), duration));
    }

    public JournalOptions instance(Instance which) {
        return new JournalOptions(redactor, onFatal, bounds, answers, which);
    }

    private JournalOptions bounds(Bounds changed) {
        return new JournalOptions(redactor, onFatal, changed, answers, instance);
    }

    private JournalOptions answers(Answers changed) {
        return new JournalOptions(redactor, onFatal, bounds, changed, instance);
    }
}
