package io.sonia.journal;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Threads;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that writes. It runs every work that waits and makes them durable with one commit; there is no timer,
 * so a lone work costs one sync and many share one. Once the store says that it may never be used again, nothing more
 * is acknowledged.
 */
final class GroupWriter {

    /** Works per commit; bounds how long the first one waits for the last. */
    private static final int MAX_BATCH = 512;

    /** The journal around the writer, called on its thread. */
    interface Surroundings {

        /** A reason not to write now, or null. */
        @Nullable
        SoniaException obstacle();

        /** After each commit; {@code published} if messages went into the outbox. */
        void committed(boolean published) throws SQLException;

        /** Once, when the store can never commit again. */
        void failed(String reason);
    }

    private final WriteConnection connection;
    private final Surroundings surroundings;
    private final BlockingQueue<Ticket<?>> queue;
    private final Ticket<Boolean> stop = new Ticket<>(tx -> true);
    private final Thread thread;
    private volatile boolean stopping;
    private volatile @Nullable String failure;
    private final AtomicLong commits = new AtomicLong();
    private final AtomicLong works = new AtomicLong();

    GroupWriter(String name, WriteConnection connection, Surroundings surroundings, int queueLimit) {
        this.connection = connection;
        this.surroundings = surroundings;
        this.queue = new ArrayBlockingQueue<>(queueLimit);
        this.thread = Threads.platform(name, this::loop);
    }

    <T> T commit(Work<T> work) {
        if (Thread.currentThread().equals(thread)) {
            throw new IllegalStateException("a work must use its own transaction, not start another");
        }
        if (stopping) {
            throw SoniaException.of(ErrorCode.STORAGE_UNAVAILABLE);
        }
        Ticket<T> ticket = new Ticket<>(work);
        if (!queue.offer(ticket)) {
            throw SoniaException.of(ErrorCode.OVERLOADED);
        }
        return ticket.await();
    }

    /** Runs what waits, then ends the thread. */
    void stop() {
        stopping = true;
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                queue.put(stop);
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Has the writer find out whether the store is there again, without waiting for it. */
    void look() {
        if (queue.isEmpty()) {
            boolean _ = queue.offer(new Ticket<>(tx -> true));
        }
    }

    int waiting() {
        return queue.size();
    }

    long commits() {
        return commits.get();
    }

    long works() {
        return works.get();
    }

    @Nullable
    String failure() {
        return failure;
    }

    private void loop() {
        boolean more = true;
        while (more) {
            try {
                more = batch(queue.take());
            } catch (InterruptedException e) {
                // Only stop() ends this thread.
            }
        }
        refuseWaiting();
    }

    /**
     * The works of one transaction. A work that threw may have done so for what one before it has written, so it must
     * not be told before that is durable: a crash would take back what the answer speaks of.
     */
    private static final class Batch {

        private final List<Ticket<?>> done = new ArrayList<>();
        private final Map<Ticket<?>, Throwable> refused = new LinkedHashMap<>();

        void durable() {
            done.forEach(Ticket::durable);
            refused.forEach(Ticket::fail);
            done.clear();
            refused.clear();
        }

        void fail(SoniaException reason) {
            done.forEach(ticket -> ticket.fail(reason));
            refused.keySet().forEach(ticket -> ticket.fail(reason));
            done.clear();
            refused.clear();
        }
    }

    /** Runs the first work and those behind it in one transaction. False once the writer has to end. */
    private boolean batch(Ticket<?> first) {
        Batch ran = new Batch();
        boolean more = true;
        try {
            Ticket<?> next = first;
            for (int i = 0; next != null; i++) {
                if (next == stop) {
                    more = false;
                } else if (next.take()) {
                    run(next, ran);
                }
                next = more && i < MAX_BATCH ? queue.poll() : null;
            }
            commit(ran);
        } catch (SQLException | RuntimeException | Error e) {
            ran.fail(SoniaException.caused(ErrorCode.STORAGE_UNAVAILABLE, e));
            abandon(e);
        }
        return more;
    }

    private void run(Ticket<?> ticket, Batch ran) throws SQLException {
        SoniaException obstacle =
                failure == null ? surroundings.obstacle() : SoniaException.of(ErrorCode.STORAGE_UNAVAILABLE);
        if (obstacle != null) {
            ticket.fail(obstacle);
            return;
        }
        try {
            Throwable failed = connection.run(ticket);
            if (failed == null) {
                ran.done.add(ticket);
            } else if (ran.done.isEmpty()) {
                ticket.fail(failed);
            } else {
                ran.refused.put(ticket, failed);
            }
        } catch (Transactions.LostTransaction e) {
            SoniaException lost = SoniaException.caused(ErrorCode.STORAGE_UNAVAILABLE, e);
            ticket.fail(lost);
            ran.fail(lost);
        } catch (SQLException e) {
            ticket.fail(SoniaException.caused(ErrorCode.STORAGE_UNAVAILABLE, e));
            throw e;
        }
    }

    private void commit(Batch ran) throws SQLException {
        if (ran.done.isEmpty()) {
            if (failure == null) {
                connection.rollback();
            }
            return;
        }
        SoniaException refused = connection.commit();
        if (refused != null) {
            ran.fail(refused);
            return;
        }
        commits.incrementAndGet();
        works.addAndGet(ran.done.size());
        ran.durable();
        surroundings.committed(connection.published());
    }

    private void abandon(Throwable reason) {
        String text =
                "the store failed and may not be used until the process has been restarted: " + reason.getMessage();
        failure = text;
        surroundings.failed(text);
    }

    private void refuseWaiting() {
        for (Ticket<?> ticket = queue.poll(); ticket != null; ticket = queue.poll()) {
            ticket.fail(SoniaException.of(ErrorCode.STORAGE_UNAVAILABLE));
        }
    }
}
