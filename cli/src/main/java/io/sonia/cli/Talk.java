package io.sonia.cli;

import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.gateway.CancelRequest;
import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnCancelled;
import io.sonia.contracts.gateway.TurnEvent;
import io.sonia.contracts.gateway.TurnRequest;
import io.sonia.contracts.gateway.TurnState;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.EventSource;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.ServerEvent;
import io.sonia.kernel.json.Shape;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One turn: says a sentence, shows what comes back, and takes each decision to the gateway while the turn waits. */
final class Talk {

    /** How a turn ended for this command. */
    enum End {
        ANSWERED,
        FAILED,
        CANCELLED,
        /** A call waits for a decision; the turn goes on after it. */
        WAITING
    }

    private static final int WAIT_APPROVAL_MS = 120_000;

    /** A turn that goes on without its stream is asked for this often, each time for half a minute at most. */
    private static final int LOOKS = 10;

    private static final int LOOK_MS = 30_000;

    private final Workplace place;
    private final OperatorClient client;
    private final Decider decider;
    private final TurnScreen screen;
    private volatile @Nullable String turnId;
    private String correlationId = "";
    private @Nullable End end;
    private boolean decided;

    Talk(Workplace place, OperatorClient client, Decider decider) {
        this.place = place;
        this.client = client;
        this.decider = decider;
        this.screen = new TurnScreen(place.screen());
    }

    End say(String text, String conversation) {
        long began = place.clock().nanoTime();
        TurnRequest request = TurnRequest.of(text, conversation, decider.prompt() ? WAIT_APPROVAL_MS : 0);
        try (EventSource events = client.onPatiently(Operation.TURN)
                .idempotencyKey(client.ids().next("cli_"))
                .body(request)
                .events()) {
            while (events.hasNext()) {
                take(events.next());
            }
        } catch (SoniaException broken) {
            if (turnId == null) {
                throw broken;
            }
            screen.remark(Ink.YELLOW, "the stream broke; the turn goes on");
        }
        if (end == null || (end == End.WAITING && decided)) {
            end = follow();
        }
        screen.end(correlationId, (place.clock().nanoTime() - began) / 1e6);
        return end;
    }

    /** Stops the turn that runs now, if one does. */
    void cancel() {
        String running = turnId;
        if (running == null) {
            return;
        }
        try {
            client.on(Operation.TURN_CANCEL)
                    .path("turn_id", running)
                    .body(new CancelRequest("cancelled at the terminal"))
                    .send(TurnCancelled.class);
        } catch (SoniaException overOrGone) {
            screen.remark(Ink.YELLOW, "not cancelled: " + SafeText.line(overOrGone.text()));
        }
    }

    private void take(ServerEvent event) {
        Map<String, @Nullable Object> data = event.data();
        if (data.get("turn_id") instanceof String id) {
            turnId = id;
        }
        if (data.get("correlation_id") instanceof String id) {
            correlationId = id;
        }
        Map<String, @Nullable Object> payload = payload(data);
        screen.show(event.event(), payload);
        switch (event.event()) {
            case TurnEvent.CONFIRMATION_REQUIRED ->
                decide(Shape.of(Approval.class).readAnswer(payload));
            case TurnEvent.FINAL -> end = End.ANSWERED;
            case TurnEvent.CANCELLED -> end = End.CANCELLED;
            case TurnEvent.ERROR -> end = End.FAILED;
            case TurnEvent.PARKED -> end = End.WAITING;
            default -> {
                // Only shown.
            }
        }
    }

    private void decide(Approval approval) {
        screen.approval(approval);
        switch (decider.decide(approval)) {
            case YES -> send(approval, true);
            case NO -> send(approval, false);
            case STOP -> cancel();
            case LEAVE ->
                screen.remark(
                        Ink.YELLOW,
                        "decide with ./sonia approvals approve %1$s or ./sonia approvals deny %1$s"
                                .formatted(SafeText.line(approval.approvalId())));
        }
    }

    /** A decision that comes too late is told and the turn goes on as somebody else, or the time, has decided. */
    private void send(Approval approval, boolean yes) {
        try {
            new Decisions(client, place.screen()).decide(approval, yes, null, false);
            decided = true;
        } catch (SoniaException refused) {
            screen.remark(Ink.YELLOW, ErrorLine.of(refused, place).line());
        }
    }

    private End follow() {
        for (int look = 0; look < LOOKS; look++) {
            Turn turn = client.on(Operation.TURN_GET)
                    .path("turn_id", String.valueOf(turnId))
                    .query("wait_ms", LOOK_MS)
                    .send(Turn.class);
            if (turn.state().terminal()) {
                return show(turn);
            }
        }
        return End.WAITING;
    }

    private End show(Turn turn) {
        Turn.Failure error = turn.error();
        if (error != null) {
            screen.failed(error.code(), error.message());
            return End.FAILED;
        }
        if (turn.state() == TurnState.CANCELLED) {
            screen.remark(Ink.YELLOW, "cancelled");
            return End.CANCELLED;
        }
        screen.answer(turn.assistantText() == null ? "" : turn.assistantText());
        return End.ANSWERED;
    }

    /** The frames at the very end of a stream may come without an envelope of their own. */
    private static Map<String, @Nullable Object> payload(Map<String, @Nullable Object> data) {
        if (data.get("payload") instanceof Map<?, ?> payload) {
            @SuppressWarnings("unchecked")
            Map<String, @Nullable Object> typed = (Map<String, @Nullable Object>) payload;
            return typed;
        }
        return data;
    }
}
