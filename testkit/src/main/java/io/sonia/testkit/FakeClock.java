package io.sonia.testkit;

import io.sonia.kernel.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A clock that stands still until a test moves it; whoever sleeps by it wakes when its time has come. */
public final class FakeClock implements Clock {

    private static final long PATIENCE_SECONDS = 10;

    /** One sleeping thread, until the clock's nanoseconds reach {@code until}. */
    private static final class Sleeper {
        private final long until;

        private Sleeper(long until) {
            this.until = until;
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private final List<Sleeper> sleepers = new ArrayList<>();
    private Instant now;
    private long nanos;

    /** Starts with the year 2026. */
    public FakeClock() {
        this(Instant.parse("2026-01-01T00:00:00Z"));
    }

    public FakeClock(Instant start) {
        this.now = start;
    }

    @Override
    public Instant now() {
        lock.lock();
        try {
            return now;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long nanoTime() {
        lock.lock();
        try {
            return nanos;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            Sleeper self = new Sleeper(nanos + duration.toNanos());
            if (self.until <= nanos) {
                return;
            }
            sleepers.add(self);
            moved.signalAll();
            try {
                while (sleepers.contains(self)) {
                    moved.await();
                }
            } finally {
                sleepers.remove(self);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Moves both clocks. Everyone whose time has come counts as awake at once, though its thread runs a little later. */
    public void advance(Duration duration) {
        lock.lock();
        try {
            now = now.plus(duration);
            nanos += duration.toNanos();
            sleepers.removeIf(each -> each.until <= nanos);
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Moves the wall clock alone, forwards or backwards, as a machine's operator or time service may. */
    public void jump(Duration duration) {
        lock.lock();
        try {
            now = now.plus(duration);
        } finally {
            lock.unlock();
        }
    }

    /** Waits in real time until so many threads sleep by this clock; fails after ten seconds. */
    public void awaitSleepers(int count) {
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            while (sleepers.size() < count) {
                if (left <= 0) {
                    throw new AssertionError("expected %d sleepers, met %d".formatted(count, sleepers.size()));
                }
                left = moved.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for sleepers", e);
        } finally {
            lock.unlock();
        }
    }
}
