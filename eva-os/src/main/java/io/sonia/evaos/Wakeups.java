package io.sonia.evaos;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** Lets requests wait for a change in this process instead of asking again and again. */
final class Wakeups {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final AtomicLong changes = new AtomicLong();
    private volatile boolean closed;

    /** Tells all who wait to look again. */
    void changed() {
        lock.lock();
        try {
            changes.incrementAndGet();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Lets all who wait go, now and from now on: the process is stopping. */
    void close() {
        closed = true;
        changed();
    }

    /** Returns when the claim holds, the time is over, this is closed, or the thread is interrupted. */
    void await(BooleanSupplier claim, Duration atMost) {
        long left = atMost.toNanos();
        while (left > 0 && !closed) {
            long seen = changes.get();
            if (claim.getAsBoolean()) {
                return;
            }
            lock.lock();
            try {
                while (changes.get() == seen && left > 0) {
                    left = changed.awaitNanos(left);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } finally {
                lock.unlock();
            }
        }
    }
}
