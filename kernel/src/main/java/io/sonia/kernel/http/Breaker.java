package io.sonia.kernel.http;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Transitions;
import io.sonia.kernel.settings.BreakersConfig;
import io.sonia.kernel.settings.Live;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.Queue;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Pauses calls to a service that keeps failing, and lets one at a time try whether it works again. A service that could
 * not be reached is tried as soon as somebody listens there again.
 */
public final class Breaker {

    /** Whether calls pass. */
    public enum State {
        CLOSED,
        OPEN,
        HALF_OPEN
    }

    /** What moves it. */
    enum Event {
        TRIP,
        TRY,
        RECOVER,
        RELAPSE,
        RESET
    }

    static final Transitions<State, Event> TABLE = Transitions.of(State.class, Event.class)
            .edge(State.CLOSED, Event.TRIP, State.OPEN)
            .edge(State.OPEN, Event.TRY, State.HALF_OPEN)
            .edge(State.HALF_OPEN, Event.RECOVER, State.CLOSED)
            .edge(State.HALF_OPEN, Event.RELAPSE, State.OPEN)
            .edges(EnumSet.allOf(State.class), Event.RESET, State.CLOSED)
            .build();

    /** A move, as it is told. */
    public record Move(
            String name,
            State from,
            State to,
            int failures,
            @Nullable Instant retryAt,
            String cause) {}

    /** Is told each move, in their order; must not call the same service. */
    @FunctionalInterface
    public interface Listener {
        void moved(Move move);
    }

    private static final Duration LOOK_EVERY = Duration.ofMillis(250);
    private static final Duration SOON = Duration.ofSeconds(1);

    private final String name;
    private final Clock clock;
    private final Ids ids;
    private final Live<BreakersConfig> config;
    private final Listener listener;
    private final BreakerRecord record;
    private final Queue<Move> untold = new ArrayDeque<>();
    private final Object telling = new Object();
    private State state = State.CLOSED;
    private int failures;
    private int successes;
    private long life;
    private boolean trial;
    private boolean unreachable;
    private @Nullable Deadline retry;
    private @Nullable Deadline look;
    private @Nullable Instant openedAt;
    private @Nullable Instant retryAt;

    Breaker(String name, Clock clock, Ids ids, Live<BreakersConfig> config, Listener listener) {
        this.name = name;
        this.clock = clock;
        this.ids = ids;
        this.config = config;
        this.listener = listener;
        this.record = new BreakerRecord(clock);
    }

    /** How a call ended, as far as the breaker is concerned. */
    enum Outcome {
        SUCCESS,
        FAILURE,
        /** Nobody listened there, or the connection broke. */
        UNREACHABLE,
        /** Says nothing about the service. */
        NEITHER
    }

    /** The right to make one call; to be ended once. */
    final class Permit {
        private final long began;
        private final boolean tries;

        private Permit(long began, boolean tries) {
            this.began = began;
            this.tries = tries;
        }

        void ended(Outcome outcome) {
            synchronized (Breaker.this) {
                if (tries && began == life) {
                    trial = false;
                }
                record.ended(outcome, state);
                // What began before the last move is no news about how it is now.
                if (began == life) {
                    count(outcome);
                }
            }
            tell();
        }
    }

    /**
     * Lets a call pass.
     *
     * @param listens looks whether somebody listens there; asked seldom and only while nobody did
     * @throws SoniaException CIRCUIT_OPEN with the time after which it may be tried again
     */
    Permit enter(BooleanSupplier listens) {
        boolean looks;
        synchronized (this) {
            Permit permit = admitted();
            if (permit != null) {
                return told(permit);
            }
            looks = state == State.OPEN && unreachable && look != null && look.passed();
            if (looks) {
                look = Deadline.in(LOOK_EVERY, clock);
            }
        }
        if (looks && listens.getAsBoolean()) {
            synchronized (this) {
                if (state == State.OPEN) {
                    move(Event.TRY, "somebody listens again");
                }
                Permit permit = admitted();
                if (permit != null) {
                    return told(permit);
                }
            }
        }
        tell();
        throw refusal();
    }

    private Permit told(Permit permit) {
        tell();
        return permit;
    }

    private @Nullable Permit admitted() {
        if (state == State.OPEN && retry != null && retry.passed()) {
            move(Event.TRY, "its time is over");
        }
        boolean passes = state == State.CLOSED || (state == State.HALF_OPEN && !trial);
        if (!passes) {
            return null;
        }
        trial = state == State.HALF_OPEN;
        return new Permit(life, trial);
    }

    private synchronized SoniaException refusal() {
        record.refused(state);
        Duration wait = state == State.OPEN && retry != null ? retry.left() : SOON;
        return SoniaException.of(ErrorCode.CIRCUIT_OPEN)
                .with("dependency", name)
                .retryAfter(wait.compareTo(SOON) < 0 ? SOON : wait);
    }

    private void count(Outcome outcome) {
        switch (outcome) {
            case SUCCESS -> {
                failures = 0;
                successes++;
                if (state == State.HALF_OPEN && successes >= config.get().successThreshold()) {
                    move(Event.RECOVER, successes + " successes");
                }
            }
            case FAILURE, UNREACHABLE -> {
                successes = 0;
                failures++;
                unreachable = outcome == Outcome.UNREACHABLE;
                if (state == State.HALF_OPEN) {
                    move(Event.RELAPSE, "the trial failed");
                } else if (state == State.CLOSED && failures >= config.get().failureThreshold()) {
                    move(Event.TRIP, failures + " failures");
                }
            }
            case NEITHER -> {
                // The next call tells.
            }
        }
    }

    private void move(Event event, String cause) {
        State from = state;
        state = TABLE.require(from, event);
        life++;
        trial = false;
        successes = 0;
        if (state == State.OPEN) {
            BreakersConfig limits = config.get();
            Duration wait = limits.recoveryTimeout().plusMillis(ids.below(limits.jitterSeconds() * 1000 + 1));
            retry = Deadline.in(wait, clock);
            look = Deadline.in(LOOK_EVERY, clock);
            openedAt = clock.now();
            retryAt = openedAt.plus(wait);
        } else if (state == State.CLOSED) {
            failures = 0;
            openedAt = null;
            retryAt = null;
        }
        record.moved(event, state, cause);
        untold.add(new Move(name, from, state, failures, retryAt, cause));
    }

    /** In order, and without holding up calls that need no telling. */
    private void tell() {
        synchronized (this) {
            if (untold.isEmpty()) {
                return;
            }
        }
        synchronized (telling) {
            while (true) {
                Move next;
                synchronized (this) {
                    next = untold.poll();
                }
                if (next == null) {
                    return;
                }
                listener.moved(next);
            }
        }
    }

    /** Closes it by hand, with all counts at zero. */
    void reset(String reason) {
        synchronized (this) {
            move(Event.RESET, reason);
            record.forget();
        }
        tell();
    }

    String name() {
        return name;
    }

    synchronized State state() {
        return state;
    }

    /** How it stands. */
    synchronized BreakerView view() {
        return new BreakerView(name, state, openedAt, retryAt, record.stats(failures, successes), config.get());
    }

    /** What it went through; the newest {@code last} events in their order. */
    synchronized BreakerMetrics.One metrics(int last) {
        return record.metrics(name, state, last);
    }
}
