package io.sonia.gateway;

import io.sonia.kernel.http.Deadline;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Lets threads wait until something they can look at has changed as they want. */
final class Changes {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** Wakes everybody who waits, to look again. */
    void announce() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The newest value once it satisfies {@code wanted}, or whatever it is when the deadline passes. */
    <T> T await(Supplier<T> value, Predicate<T> wanted, Deadline deadline) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            T now = value.get();
            while (!wanted.test(now) && !deadline.passed()) {
                boolean signalled = changed.await(deadline.left().toNanos() + 1, TimeUnit.NANOSECONDS);
                now = value.get();
                if (!signalled && deadline.passed()) {
                    break;
                }
            }
            return now;
        } finally {
            lock.unlock();
        }
    }
}
