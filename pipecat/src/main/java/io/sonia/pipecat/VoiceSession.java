package io.sonia.pipecat;

import io.sonia.contracts.gateway.TurnRequest;
import io.sonia.contracts.pipecat.SaidText;
import io.sonia.contracts.pipecat.TextFrame;
import io.sonia.contracts.pipecat.VoiceMessage;
import io.sonia.contracts.pipecat.VoiceState;
import io.sonia.journal.Journal;
import io.sonia.journal.Tx;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Threads;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.logging.ServiceLog;
import io.sonia.pipecat.VoiceLife.Edge;
import io.sonia.pipecat.VoiceLife.TurnEdge;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An open voice session: its stored state, the socket of its caller and the turn that runs. What a caller is told has
 * been committed before.
 */
final class VoiceSession implements TextTurn.Listener {

    private static final int TOOL_ROUNDS = 4;
    private static final Also NOTHING = (tx, row) -> {};

    /** What sessions work with. */
    record Parts(
            Journal journal,
            VoiceStore store,
            Gateway gateway,
            PipecatConfig config,
            Clock clock,
            Ids ids,
            ServiceLog log) {}

    /** Something written in the same commit as the session. */
    interface Also {
        void write(Tx tx, VoiceRow row) throws SQLException;
    }

    private final Parts parts;
    private VoiceRow row;
    private Instant quietSince;
    private volatile @Nullable TextSocket socket;
    private volatile @Nullable TextTurn turn;

    VoiceSession(Parts parts, VoiceRow row) {
        this.parts = parts;
        this.row = row;
        this.quietSince = parts.clock().now();
    }

    synchronized VoiceRow row() {
        return row;
    }

    @Nullable
    TextSocket socket() {
        return socket;
    }

    /** The turn that runs, if one does. */
    @Nullable
    TextTurn turn() {
        return turn;
    }

    /** Takes the caller's socket; a former one is closed, so that a caller who comes back is never shut out. */
    synchronized void attach(TextSocket attached) {
        VoiceRow next = row.moved(Edge.ATTACHED, parts.clock().now());
        commit(next, event("voice.attached", attached.context()), NOTHING);
        TextSocket former = socket;
        socket = attached;
        if (former != null) {
            former.close(Ending.STOPPED_HERE.closeCode(), "another socket took over");
        }
        attached.send(TextFrame.Type.SESSION_START, Frames.of("metadata", row.metadata()), null);
        attached.send(TextFrame.Type.STATUS, status(), null);
    }

    /** Notes that the socket is gone; the session waits for another one. */
    synchronized void detach(TextSocket gone) {
        if (socket == gone && row.state() == VoiceState.ACTIVE) {
            socket = null;
            VoiceRow next = row.moved(Edge.LOST, parts.clock().now());
            commit(next, event("voice.paused", gone.context()), NOTHING);
        }
    }

    /**
     * Begins the turn of a message.
     *
     * @throws SoniaException TURN_IN_PROGRESS, SESSION_CLOSED
     */
    synchronized void say(Context context, SaidText said) {
        TextTurn running = turn;
        if (running != null) {
            throw SoniaException.of(ErrorCode.TURN_IN_PROGRESS).with("turn_id", running.turnId());
        }
        if (row.state() == VoiceState.CLOSED) {
            throw SoniaException.of(ErrorCode.SESSION_CLOSED);
        }
        Instant now = parts.clock().now();
        VoiceRow next = row.turnBegun(now).spoken(now);
        VoiceMessage message = new VoiceMessage("user", said.text(), now, said.metadata());
        commit(
                next,
                messageEvent(context, next, message, null),
                (tx, written) -> parts.store()
                        .add(tx.sql(), row.sessionId(), new VoiceStore.Said(next.messageCount(), message)));
        TextTurn begun = new TextTurn(
                parts.gateway(),
                context,
                request(said),
                "voice-" + row.sessionId() + "-" + row.turn().generation(),
                parts.clock(),
                this);
        turn = begun;
        Threads.virtual("voice turn " + row.sessionId(), begun);
    }

    private TurnRequest request(SaidText said) {
        return new TurnRequest(
                said.text(),
                row.userId(),
                row.sessionId(),
                row.gatewaySessionId(),
                null,
                said.metadata(),
                null,
                TOOL_ROUNDS,
                (int) Gateway.APPROVAL_WAIT.toMillis());
    }

    @Override
    public void said(TextFrame.Type type, Map<String, @Nullable Object> data, String correlationId) {
        TextSocket attached = socket;
        if (attached != null) {
            attached.send(type, data, correlationId);
        }
    }

    @Override
    public synchronized void ended(TextTurn over) {
        if (turn != over) {
            return;
        }
        turn = null;
        quietSince = parts.clock().now();
        String answer = over.answer();
        SoniaException failure = answer == null ? over.failure() : null;
        try {
            if (answer == null) {
                failed(over);
            } else {
                answered(over, answer);
            }
        } catch (SoniaException unwritten) {
            failure = unwritten;
        }
        if (failure != null) {
            said(TextFrame.Type.ERROR, Frames.error(failure), over.context().correlationId());
        }
    }

    private void answered(TextTurn over, String answer) {
        Instant now = parts.clock().now();
        VoiceRow next = row.turnEnded(TurnEdge.ANSWERED, over.turnId(), now).spoken(now);
        VoiceMessage message = new VoiceMessage("assistant", answer, now, Frames.of("turn_id", over.turnId()));
        commit(
                next,
                messageEvent(over.context(), next, message, over.turnId()),
                (tx, written) -> parts.store()
                        .add(tx.sql(), row.sessionId(), new VoiceStore.Said(next.messageCount(), message)));
        Map<String, @Nullable Object> data = Frames.of("text", answer, "role", "assistant");
        data.put("turn_id", over.turnId());
        said(TextFrame.Type.MESSAGE, data, over.context().correlationId());
    }

    private void failed(TextTurn over) {
        VoiceRow next =
                row.turnEnded(TurnEdge.FAILED, over.turnId(), parts.clock().now());
        AuditEvent event = event("voice.turn", over.context())
                .outcome(over.failure().code())
                .detail(Frames.of(
                        "turn_id", over.turnId(), "generation", next.turn().generation()));
        commit(next, event, NOTHING);
    }

    /** What a caller may see of the session now. */
    synchronized Map<String, @Nullable Object> status() {
        TextTurn running = turn;
        Map<String, @Nullable Object> details = Frames.of("message_count", row.messageCount());
        if (running == null || !running.waits()) {
            return Frames.status("active", details);
        }
        details.put("pending_approvals", running.pending());
        return Frames.status("awaiting_approval", details);
    }

    /** Why it has to end now; null while it may go on. */
    synchronized @Nullable Ending overdue() {
        Instant now = parts.clock().now();
        Instant pausedAt = row.times().pausedAt();
        if (!now.isBefore(row.times().expiresAt())) {
            return Ending.EXPIRED;
        }
        if (pausedAt != null && !now.isBefore(pausedAt.plus(parts.config().resume()))) {
            return Ending.NOT_RESUMED;
        }
        boolean idle =
                turn == null && !now.isBefore(quietSince.plus(parts.config().idle()));
        return idle ? Ending.IDLE : null;
    }

    /**
     * Ends it with its turn and its socket.
     *
     * @param reason what the caller is told
     * @return false if it had ended before
     */
    boolean end(Ending ending, String reason, AuditEvent event, Also also) {
        TextTurn running;
        TextSocket attached;
        synchronized (this) {
            if (row.state() == VoiceState.CLOSED) {
                return false;
            }
            Instant now = parts.clock().now();
            VoiceRow ended = row.moved(Edge.ENDED, now);
            VoiceRow next = turn == null ? ended : ended.turnEnded(TurnEdge.STOPPED, turn.turnId(), now);
            commit(next, event.about("voice_session", row.sessionId()).detail(Frames.of("reason", reason)), also);
            running = turn;
            attached = socket;
            turn = null;
            socket = null;
        }
        if (attached != null) {
            attached.send(TextFrame.Type.SESSION_STOP, Frames.of("reason", reason), null);
            attached.close(ending.closeCode(), reason);
        }
        Threads.virtual("voice end " + row.sessionId(), () -> endAtGateway(running, attached, reason));
        return true;
    }

    /** Ends what the gateway holds for this session; without a person's key it expires there by itself. */
    private void endAtGateway(@Nullable TextTurn running, @Nullable TextSocket attached, String reason) {
        try {
            if (running != null) {
                running.stop(reason);
            }
            if (attached != null && row().gatewaySessionOwned()) {
                parts.gateway().close(attached.freshContext(), row().gatewaySessionId());
            }
        } catch (SoniaException e) {
            parts.log()
                    .warn(
                            "voice.gateway_left",
                            "The gateway's part of a voice session was left to expire",
                            Map.of(
                                    "session_id",
                                    row().sessionId(),
                                    "code",
                                    e.code().name()));
        }
    }

    private void commit(VoiceRow next, AuditEvent event, Also also) {
        row = parts.journal().commit(tx -> {
            parts.store().put(tx.sql(), next);
            also.write(tx, next);
            tx.audit(event);
            return next;
        });
    }

    private AuditEvent event(String operation, Context context) {
        return AuditEvent.of(operation, context.origin()).about("voice_session", row.sessionId());
    }

    /** A message on record: its size and place, never its text. */
    private AuditEvent messageEvent(Context context, VoiceRow next, VoiceMessage message, @Nullable String turnId) {
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        detail.put("role", message.role());
        detail.put("ordinal", next.messageCount());
        detail.put("characters", message.content().length());
        detail.put("turn_id", turnId);
        return event("voice.message", context).detail(detail);
    }
}
