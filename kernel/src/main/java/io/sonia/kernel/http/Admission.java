package io.sonia.kernel.http;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The one bounded queue of a process. A request runs at once if its class has a place, else waits; classes go before
 * age. Each class has a floor of places that no other takes. While nobody is short of anything the queue is first come,
 * first served; once it has not been empty for a while it is bad: the newest is served, and the oldest of what may be
 * shed leave (decisions/0020).
 */
final class Admission {

    /** So long without an empty moment makes a queue bad. */
    static final Duration STANDING = Duration.ofMillis(500);

    /** So long new work and reads wait in a bad queue. */
    static final Duration PATIENCE = Duration.ofMillis(20);

    /** What has run longer waits for something, such as a model, a person or a slow reader: it takes no processor's place. */
    static final Duration YOUNG = Duration.ofSeconds(1);

    private static final int LEAST_SHARED = 8;
    private static final long LOOK_AGAIN_NANOS = Duration.ofMillis(250).toNanos();
    private static final int RETRY_AFTER_MS = 1_000;
    private static final long NEVER = Long.MAX_VALUE;

    /**
     * How many requests run, and how many wait.
     *
     * @param protectedFloor the places kept for the protected class
     */
    record Size(int running, int waiting, int protectedFloor) {

        /** The places that only this class takes. */
        int floor(WorkClass work) {
            int open = running - protectedFloor;
            return switch (work) {
                case PROTECTED -> protectedFloor;
                case CONTINUATION -> open / 8;
                case READ -> open / 32;
                case NEW -> open / 64;
            };
        }

        int shared() {
            int floors = 0;
            for (WorkClass work : WorkClass.values()) {
                floors += floor(work);
            }
            return running - floors;
        }
    }

    /** The detail that says why a request was not let in. */
    static final String SHED = "shed";

    /** There was no room to wait. */
    static final String REFUSED = "refused";

    /** It had waited longest when room was needed, or too long in a bad queue. */
    static final String EVICTED = "evicted";

    /** Its caller's deadline had passed. */
    static final String EXPIRED = "expired";

    private enum Stage {
        WAITING,
        ADMITTED,
        EVICTED,
        EXPIRED
    }

    private final Size size;
    private final Clock clock;
    private final Ids ids;
    private final AdaptiveLimit limit;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition gone = lock.newCondition();
    private final Deque<Place> young = new ArrayDeque<>();
    private final Map<WorkClass, Line> lines = new EnumMap<>(WorkClass.class);
    private final List<Line> lowestFirst;
    private int waiting;
    private int pausing;
    private long filledAt = NEVER;
    private boolean draining;

    Admission(Size size, Clock clock, Ids ids) {
        this.size = size;
        this.clock = clock;
        this.ids = ids;
        int shared = size.shared();
        this.limit = new AdaptiveLimit(Math.min(LEAST_SHARED, shared), shared, clock.nanoTime());
        for (WorkClass work : WorkClass.values()) {
            lines.put(work, new Line(work, size.floor(work)));
        }
        this.lowestFirst = List.copyOf(lines.values()).reversed();
    }

    /** Those of one class who run, and those who wait, the oldest first. */
    private final class Line {
        final WorkClass work;
        final int floor;
        final Deque<Waiter> waiters = new ArrayDeque<>();
        int running;
        int young;

        Line(WorkClass work, int floor) {
            this.work = work;
            this.floor = floor;
        }

        boolean free() {
            // The protected class is not slowed down with the others.
            boolean slowed = work != WorkClass.PROTECTED && youngInUse() >= limit.current();
            return !draining && (running < floor || (!slowed && sharedInUse() < size.shared()));
        }

        boolean mayBeShed() {
            return work == WorkClass.READ || work == WorkClass.NEW;
        }

        /** The newest while the queue is bad: it is the one whose caller is most likely still there. */
        Waiter next(boolean bad) {
            return bad && work != WorkClass.PROTECTED ? waiters.removeLast() : waiters.removeFirst();
        }
    }

    private final class Waiter {
        final Deadline deadline;
        final long since;
        final Condition turn = lock.newCondition();
        Stage stage = Stage.WAITING;

        @Nullable
        Place place;

        Waiter(Deadline deadline, long since) {
            this.deadline = deadline;
            this.since = since;
        }

        void leave(Stage next) {
            stage = next;
            turn.signal();
        }
    }

    /** The right to run; closing it gives the place to the next. For one thread. */
    interface Permit extends AutoCloseable {

        /**
         * Gives the place to the next for a while.
         *
         * @throws SoniaException OVERLOADED if too many have done that
         */
        void pause();

        /** Has a place again, at once, if it was given away. */
        void resume();

        @Override
        void close();
    }

    private final class Place implements Permit {
        private final Line line;
        private final long since = clock.nanoTime();
        private boolean paused;
        private boolean old;
        private boolean left;

        Place(Line line) {
            this.line = line;
            count(1);
            young.addLast(this);
        }

        private void count(int more) {
            line.running += more;
            line.young += old ? 0 : more;
        }

        /** From now on it takes no processor's place: it waits for something. */
        private void growOld() {
            if (!old && !paused && !left) {
                line.young--;
            }
            old = true;
        }

        @Override
        public void pause() {
            lock.lock();
            try {
                if (pausing >= size.running()) {
                    throw shed(REFUSED);
                }
                pausing++;
                paused = true;
                count(-1);
                next();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void resume() {
            lock.lock();
            try {
                if (paused) {
                    paused = false;
                    pausing--;
                    count(1);
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            lock.lock();
            try {
                resume();
                count(-1);
                left = true;
                next();
                gone.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** A request began after so long a wait for a processor. */
    void began(long waitNanos) {
        lock.lock();
        try {
            if (limit.began(waitNanos, youngInUse(), clock.nanoTime())) {
                next();
            }
        } finally {
            lock.unlock();
        }
    }

    /** A request that was let in met a full queue: so many need not come in. */
    void overflowed() {
        lock.lock();
        try {
            limit.overflowed();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for a place until the deadline.
     *
     * @throws SoniaException OVERLOADED if it is shed, TIMEOUT if the deadline passed first; {@link #SHED} says why
     */
    Permit admit(WorkClass work, Deadline deadline) {
        lock.lock();
        try {
            if (deadline.passed()) {
                throw expired();
            }
            Line line = line(work);
            forgetOld(clock.nanoTime());
            if (line.free()) {
                return new Place(line);
            }
            limit.wanted();
            return await(line, enqueued(line, deadline));
        } finally {
            lock.unlock();
        }
    }

    private Waiter enqueued(Line line, Deadline deadline) {
        long now = clock.nanoTime();
        shedStale(now);
        if (waiting >= size.waiting()) {
            makeRoom(line.work);
        }
        Waiter waiter = new Waiter(deadline, now);
        line.waiters.addLast(waiter);
        if (waiting++ == 0) {
            filledAt = now;
        }
        return waiter;
    }

    /** The oldest of the lowest class that waits gives way, unless the newcomer is lower still. */
    private void makeRoom(WorkClass newcomer) {
        for (Line line : lowestFirst) {
            if (line.work.compareTo(newcomer) >= 0 && !line.waiters.isEmpty()) {
                removed(line.waiters.removeFirst(), Stage.EVICTED);
                return;
            }
        }
        throw shed(REFUSED);
    }

    private Place await(Line line, Waiter waiter) {
        try {
            while (waiter.stage == Stage.WAITING) {
                long nanos = waiter.deadline.left().toNanos();
                long patience = patience(line, waiter);
                if (nanos <= 0 || patience <= 0) {
                    forget(line, waiter, nanos <= 0 ? Stage.EXPIRED : Stage.EVICTED);
                } else {
                    long _ = waiter.turn.awaitNanos(Math.min(LOOK_AGAIN_NANOS, Math.min(nanos, patience)));
                    next();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            if (waiter.stage == Stage.WAITING) {
                forget(line, waiter, Stage.EVICTED);
            }
        }
        Place place = waiter.place;
        if (place == null) {
            throw waiter.stage == Stage.EXPIRED ? expired() : shed(EVICTED);
        }
        return place;
    }

    /** What is left of the time that it may wait for itself, in a queue that is bad. */
    private long patience(Line line, Waiter waiter) {
        long now = clock.nanoTime();
        return line.mayBeShed() && bad(now) ? waiter.since + PATIENCE.toNanos() - now : NEVER;
    }

    private void forget(Line line, Waiter waiter, Stage why) {
        line.waiters.remove(waiter);
        removed(waiter, why);
    }

    private void removed(Waiter waiter, Stage next) {
        if (--waiting == 0) {
            filledAt = NEVER;
        }
        waiter.leave(next);
    }

    /** After every change: who has waited too long leaves, then whoever can be served is. */
    private void next() {
        long now = clock.nanoTime();
        forgetOld(now);
        shedStale(now);
        serve();
    }

    private void forgetOld(long now) {
        Place oldest = young.peekFirst();
        while (oldest != null && (oldest.left || now - oldest.since > YOUNG.toNanos())) {
            young.removeFirst().growOld();
            oldest = young.peekFirst();
        }
    }

    /** Gives every place that is free to the one whose turn it is; whom nobody waits for any more gets none. */
    private void serve() {
        boolean bad = bad(clock.nanoTime());
        for (Line line : lines.values()) {
            while (!line.waiters.isEmpty() && line.free()) {
                Waiter next = line.next(bad);
                boolean late = next.deadline.passed();
                next.place = late ? null : new Place(line);
                removed(next, late ? Stage.EXPIRED : Stage.ADMITTED);
            }
        }
    }

    /** Oldest first, exactly: in a bad queue whoever has waited too long leaves before anybody is served. */
    private void shedStale(long now) {
        if (!bad(now)) {
            return;
        }
        for (Line line : lines.values()) {
            Waiter oldest = line.mayBeShed() ? line.waiters.peekFirst() : null;
            while (oldest != null && now - oldest.since > PATIENCE.toNanos()) {
                line.waiters.removeFirst();
                removed(oldest, oldest.deadline.passed() ? Stage.EXPIRED : Stage.EVICTED);
                oldest = line.waiters.peekFirst();
            }
        }
    }

    private boolean bad(long now) {
        return filledAt != NEVER && now - filledAt > STANDING.toNanos();
    }

    private int sharedInUse() {
        int used = 0;
        for (Line line : lines.values()) {
            used += Math.max(0, line.running - line.floor);
        }
        return used;
    }

    private int youngInUse() {
        int used = 0;
        for (Line line : lines.values()) {
            used += Math.max(0, line.young - line.floor);
        }
        return used;
    }

    private Line line(WorkClass work) {
        Line line = lines.get(work);
        if (line == null) {
            throw new IllegalStateException("every class has a line");
        }
        return line;
    }

    /** Somewhere within three times the least wait, so that the refused do not come back together. */
    private SoniaException shed(String why) {
        return SoniaException.of(ErrorCode.OVERLOADED)
                .with(SHED, why)
                .retryAfter(Duration.ofMillis(RETRY_AFTER_MS + ids.below(2 * RETRY_AFTER_MS)));
    }

    private static SoniaException expired() {
        return SoniaException.of(ErrorCode.TIMEOUT).with(SHED, EXPIRED);
    }

    /** Lets nobody in any more and waits until those who run have left, at most {@code time}. */
    void drain(Duration time) {
        lock.lock();
        try {
            draining = true;
            long nanos = time.toNanos();
            while (running() > 0 && nanos > 0) {
                nanos = gone.awaitNanos(nanos);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    int running() {
        lock.lock();
        try {
            return pausing
                    + lines.values().stream().mapToInt(line -> line.running).sum();
        } finally {
            lock.unlock();
        }
    }

    int waiting() {
        lock.lock();
        try {
            return waiting;
        } finally {
            lock.unlock();
        }
    }

    int limit() {
        return size.running();
    }
}
