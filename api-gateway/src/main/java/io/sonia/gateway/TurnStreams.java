package io.sonia.gateway;

import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnEvent;
import io.sonia.contracts.gateway.TurnFrame;
import io.sonia.kernel.Clock;
import io.sonia.kernel.http.Deadline;
import io.sonia.kernel.http.EventStream;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Turns as server-sent events: every event is a frame, and the last ones say how it ended and that it is done. */
final class TurnStreams {

    private static final long KEEP_ALIVE_MS = 15_000;

    private final Clock clock;

    TurnStreams(Clock clock) {
        this.clock = clock;
    }

    /**
     * Passes the frames of a running turn on until its end, or until it has waited {@code patience} for a person.
     *
     * @param lastly is given the turn before the stream says that it is done
     */
    void relay(TurnRun run, TurnFeed.Listener listener, Duration patience, Consumer<Turn> lastly, EventStream stream) {
        try {
            TurnFrame done = passedOn(run, listener, patience, stream);
            lastly.accept(run.latest());
            stream.send(done.type(), done);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            run.feed().drop(listener);
        }
    }

    /** Passes every frame on but the last one, which it returns. */
    private TurnFrame passedOn(TurnRun run, TurnFeed.Listener listener, Duration patience, EventStream stream)
            throws InterruptedException {
        Deadline park = Turns.parked(run.latest()) ? Deadline.in(patience, clock) : null;
        while (true) {
            TurnFrame frame = listener.next(wait(park));
            if (frame == null && park != null && park.passed()) {
                TurnEnding parked = TurnEnding.parked(run.latest());
                stream.send(parked.type(), run.feed().only(listener, parked.type(), parked.payload()));
                return run.feed().only(listener, TurnEvent.DONE, Map.of());
            }
            if (frame == null) {
                stream.keepAlive();
            } else if (frame.type().equals(TurnEvent.DONE)) {
                return frame;
            } else {
                stream.send(frame.type(), frame);
                park = park(frame, park, patience);
            }
        }
    }

    /** Says again how a turn ended, and no more. */
    void repeat(Turn turn, String correlationId, EventStream stream) {
        TurnEnding ending = TurnEnding.of(turn);
        stream.send(ending.type(), frame(turn, 1, correlationId, ending));
        TurnEnding done = new TurnEnding(TurnEvent.DONE, Map.of());
        stream.send(done.type(), frame(turn, 2, correlationId, done));
    }

    private TurnFrame frame(Turn turn, long seq, String correlationId, TurnEnding ending) {
        return new TurnFrame(
                ending.type(), turn.sessionId(), turn.turnId(), seq, clock.now(), correlationId, ending.payload());
    }

    private @Nullable Deadline park(TurnFrame frame, @Nullable Deadline before, Duration patience) {
        return switch (frame.type()) {
            case TurnEvent.CONFIRMATION_REQUIRED -> Deadline.in(patience, clock);
            case TurnEvent.CONFIRMATION_RESOLVED -> null;
            default -> before;
        };
    }

    private static long wait(@Nullable Deadline park) {
        return park == null
                ? KEEP_ALIVE_MS
                : Math.min(KEEP_ALIVE_MS, park.left().toMillis() + 1);
    }
}
