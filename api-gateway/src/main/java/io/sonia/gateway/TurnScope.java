package io.sonia.gateway;

import io.sonia.contracts.gateway.Session;
import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnState;
import io.sonia.contracts.router.ChatAnswer;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Deadline;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What those who work on one running turn share. Its own thread changes it; others see the latest view. */
final class TurnScope {

    /** A turn's time for everything but waiting for a person. */
    static final Duration TURN_TIME = Duration.ofMinutes(2);

    final TurnRun.Parts parts;
    final String turnId;
    final Session session;
    final TurnTask task;
    final TurnProgress progress;
    final Conversation conversation;
    final TurnFeed feed;
    final TurnRecording recording;
    final Cancellation cancellation = new Cancellation();
    private volatile Context context;
    private volatile Turn latest;
    private volatile @Nullable ChatAnswer lastAnswer;

    TurnScope(TurnRun.Parts parts, Context context, String turnId, Session session, TurnTask task, Instant createdAt) {
        this.parts = parts;
        this.context = context;
        this.turnId = turnId;
        this.session = session;
        this.task = task;
        this.progress = new TurnProgress(turnId, session, createdAt);
        this.conversation = new Conversation(task);
        this.feed = new TurnFeed(session.sessionId(), turnId, context.correlationId(), parts.clock());
        this.latest = progress.view();
        this.recording = new TurnRecording(
                TurnRecording.origin(
                        new TurnStore.Stored(latest, task, context.caller().principal(), context.correlationId())),
                parts.clock());
    }

    Context context() {
        return context;
    }

    /** Begins the turn's time anew, after a person took theirs. */
    void renewTime() {
        context = new Context(
                context.correlationId(),
                context.trace(),
                Deadline.in(TURN_TIME, parts.clock()),
                context.caller(),
                context.bearer(),
                context.idempotencyDigest());
    }

    /** The turn as it stands. */
    Turn latest() {
        return latest;
    }

    /** What the model answered last; null before it did. */
    @Nullable
    ChatAnswer lastAnswer() {
        return lastAnswer;
    }

    void answered(ChatAnswer answer) {
        lastAnswer = answer;
        progress.answered(answer);
    }

    /** Takes the next step, unless the turn is to stop. */
    void move(TurnState state) throws Cancellation.Stopped {
        cancellation.check();
        progress.state = state;
        show();
    }

    /** Lets others see what has changed, and wakes those who wait for it. */
    void show() {
        view();
        parts.changes().announce(turnId);
        if (Turns.parked(latest)) {
            parts.changes().announce(Turns.answerOf(turnId));
        }
    }

    /** Lets others see what has changed when they look. */
    void view() {
        latest = progress.view();
    }

    double millisSince(long nanos) {
        return (parts.clock().nanoTime() - nanos) / 1e6;
    }
}
