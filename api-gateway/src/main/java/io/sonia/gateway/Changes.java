package io.sonia.gateway;

import io.sonia.kernel.http.Deadline;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Lets threads wait until a thing they can look at, known by its id, has changed as they want. Ids share a fixed number
 * of stripes: a change wakes those who wait for it and, now and then, somebody else who looks again for nothing.
 */
final class Changes {

    private static final int STRIPES = 64;

    /** What another process changes is not announced here. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private static final class Stripe {
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition changed = lock.newCondition();
    }

    private final Stripe[] stripes = Stream.generate(Stripe::new).limit(STRIPES).toArray(Stripe[]::new);
    private volatile boolean closed;

    /** Wakes everybody who waits for this id, to look again. */
    void announce(String id) {
        announce(stripe(id));
    }

    /** Lets everybody go, now and from now on: the process is stopping. */
    void close() {
        closed = true;
        Stream.of(stripes).forEach(Changes::announce);
    }

    /** The newest value once it satisfies {@code wanted}, or whatever it is at the deadline or when this is closed. */
    <T> T await(String id, Supplier<T> value, Predicate<T> wanted, Deadline deadline) throws InterruptedException {
        Stripe stripe = stripe(id);
        stripe.lock.lockInterruptibly();
        try {
            T now = value.get();
            while (!wanted.test(now) && !deadline.passed() && !closed) {
                long left = deadline.left().toNanos() + 1;
                boolean _ = stripe.changed.await(Math.min(left, LOOK_NANOS), TimeUnit.NANOSECONDS);
                now = value.get();
            }
            // The value may have changed between the last look and the deadline.
            return wanted.test(now) ? now : value.get();
        } finally {
            stripe.lock.unlock();
        }
    }

    private static void announce(Stripe stripe) {
        stripe.lock.lock();
        try {
            stripe.changed.signalAll();
        } finally {
            stripe.lock.unlock();
        }
    }

    private Stripe stripe(String id) {
        return stripes[Math.floorMod(id.hashCode(), STRIPES)];
    }
}
