package io.sonia.pipecat;

import io.sonia.contracts.gateway.TurnEvent;
import io.sonia.contracts.gateway.TurnRequest;
import io.sonia.contracts.pipecat.TextFrame;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Deadline;
import io.sonia.kernel.http.EventSource;
import io.sonia.kernel.http.ServerEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One message on its way through the gateway. It outlives the socket it came from; a connection that breaks and a wait
 * for a person that ends the stream are followed by listening again under the same key.
 */
final class TextTurn implements Runnable {

    private static final Duration AGAIN_AFTER = Duration.ofMillis(500);

    /** What may pass when the gateway comes back. */
    private static final Set<ErrorCode> PASSING = Set.of(
            ErrorCode.UNAVAILABLE,
            ErrorCode.CIRCUIT_OPEN,
            ErrorCode.DEPENDENCY_FAILED,
            ErrorCode.IDEMPOTENCY_IN_PROGRESS,
            ErrorCode.OVERLOADED,
            ErrorCode.TIMEOUT);

    /** What the session is told while the turn goes on, and once when it has ended. */
    interface Listener {
        void said(TextFrame.Type type, Map<String, @Nullable Object> data, String correlationId);

        void ended(TextTurn turn);
    }

    private final Gateway gateway;
    private final Context context;
    private final TurnRequest request;
    private final String key;
    private final Clock clock;
    private final Listener listener;
    private final Map<String, Map<String, @Nullable Object>> pending = new LinkedHashMap<>();
    private volatile @Nullable String turnId;
    private volatile @Nullable String answer;
    private volatile @Nullable SoniaException failure;
    private @Nullable Thread thread;
    private volatile long heardAt;
    private volatile boolean stopped;

    /**
     * A turn that is not yet begun.
     *
     * @param key the same whenever this turn is asked for
     */
    TextTurn(Gateway gateway, Context context, TurnRequest request, String key, Clock clock, Listener listener) {
        this.gateway = gateway;
        this.context = context;
        this.request = request;
        this.key = key;
        this.clock = clock;
        this.listener = listener;
        this.heardAt = clock.nanoTime();
    }

    Context context() {
        return context;
    }

    /** The gateway's id of the turn, once it is known. */
    @Nullable
    String turnId() {
        return turnId;
    }

    /** What was answered; null if the turn failed. */
    @Nullable
    String answer() {
        return answer;
    }

    /** Why there is no answer. */
    SoniaException failure() {
        SoniaException known = failure;
        return known == null ? SoniaException.of(ErrorCode.DEPENDENCY_FAILED) : known;
    }

    /** The decisions it waits for. */
    List<Map<String, @Nullable Object>> pending() {
        synchronized (pending) {
            return new ArrayList<>(pending.values());
        }
    }

    boolean waits() {
        return !pending().isEmpty();
    }

    /** Ends it if the gateway has been silent for too long. */
    void watch() {
        if (overdue()) {
            interrupt();
        }
    }

    /** Ends it without an answer, here and at the gateway. */
    void stop(String reason) {
        stopped = true;
        interrupt();
        String known = turnId;
        if (known != null) {
            gateway.cancel(fresh(), known, reason);
        }
    }

    @Override
    public void run() {
        begun();
        try {
            listen();
        } catch (SoniaException e) {
            failure = e;
        } catch (InterruptedException e) {
            failure = overdue() ? silent() : SoniaException.of(ErrorCode.UNAVAILABLE, "The voice service is stopping");
        } finally {
            uninterruptible();
            listener.ended(this);
        }
    }

    private synchronized void begun() {
        thread = Thread.currentThread();
    }

    private void listen() throws InterruptedException {
        while (!stopped) {
            try (EventSource events = gateway.turn(fresh(), request, key)) {
                while (events.hasNext()) {
                    heard(events.next());
                }
            } catch (SoniaException e) {
                if (!over() && (turnId == null || !PASSING.contains(e.code()))) {
                    throw e;
                }
            }
            if (over()) {
                return;
            }
            if (stopped) {
                return;
            }
            if (overdue()) {
                throw silent();
            }
            if (turnId == null) {
                throw SoniaException.of(ErrorCode.DEPENDENCY_FAILED, "The gateway ended the turn without an answer");
            }
            clock.sleep(AGAIN_AFTER);
        }
    }

    private SoniaException silent() {
        return SoniaException.of(ErrorCode.TIMEOUT).with("turn_id", turnId);
    }

    private boolean over() {
        return answer != null || failure != null;
    }

    private boolean overdue() {
        Duration patience = waits() ? gateway.patience().plus(Gateway.APPROVAL_WAIT) : gateway.patience();
        return clock.nanoTime() - heardAt > patience.toNanos();
    }

    private synchronized void interrupt() {
        if (thread != null) {
            thread.interrupt();
        }
    }

    /** From here on the end is written, whatever was asked for. */
    private synchronized void uninterruptible() {
        thread = null;
        Thread.interrupted();
    }

    private Context fresh() {
        return new Context(
                context.correlationId(),
                context.trace(),
                Deadline.in(gateway.patience(), clock),
                context.caller(),
                context.bearer(),
                context.idempotencyDigest());
    }

    private void heard(ServerEvent event) {
        heardAt = clock.nanoTime();
        Map<String, @Nullable Object> frame = event.data();
        if (turnId == null && frame.get("turn_id") instanceof String id) {
            turnId = id;
        }
        Map<String, @Nullable Object> payload = payload(frame);
        switch (event.event()) {
            case TurnEvent.PARTIAL ->
                said(TextFrame.Type.PARTIAL, Frames.of("text", payload.get("text"), "index", payload.get("index")));
            case TurnEvent.CONFIRMATION_REQUIRED -> waiting(payload);
            case TurnEvent.CONFIRMATION_RESOLVED -> decided(payload);
            case TurnEvent.FINAL -> answer = String.valueOf(payload.get("assistant_text"));
            case TurnEvent.CANCELLED ->
                failure = SoniaException.of(ErrorCode.INVALID_STATE, "The turn was cancelled")
                        .with("state", "cancelled")
                        .with("reason", payload.get("reason"));
            case TurnEvent.ERROR -> failure = rebuilt(payload);
            default -> {
                // What was recalled and which tools run is for callers of the gateway.
            }
        }
    }

    private void waiting(Map<String, @Nullable Object> approval) {
        Map<String, @Nullable Object> shown = new LinkedHashMap<>();
        for (String field : List.of("approval_id", "tool_name", "summary", "risk_tier", "expires_at")) {
            shown.put(field, approval.get(field));
        }
        synchronized (pending) {
            pending.put(String.valueOf(approval.get("approval_id")), shown);
        }
        said(TextFrame.Type.STATUS, Frames.status("awaiting_approval", Frames.of("pending_approvals", pending())));
    }

    private void decided(Map<String, @Nullable Object> resolution) {
        synchronized (pending) {
            pending.remove(String.valueOf(resolution.get("approval_id")));
        }
        said(
                TextFrame.Type.STATUS,
                Frames.status(
                        "active",
                        Frames.of("approval_id", resolution.get("approval_id"), "decision", resolution.get("status"))));
    }

    private void said(TextFrame.Type type, Map<String, @Nullable Object> data) {
        listener.said(type, data, context.correlationId());
    }

    /** The frame's payload; what ends a stream early comes without the frame. */
    @SuppressWarnings("unchecked") // JSON objects have text keys
    private static Map<String, @Nullable Object> payload(Map<String, @Nullable Object> frame) {
        return frame.get("payload") instanceof Map<?, ?> payload ? (Map<String, @Nullable Object>) payload : frame;
    }

    /** The failure that the gateway told. */
    private static SoniaException rebuilt(Map<String, @Nullable Object> error) {
        ErrorCode code = ErrorCode.DEPENDENCY_FAILED;
        for (ErrorCode each : ErrorCode.values()) {
            if (each.name().equals(error.get("code"))) {
                code = each;
            }
        }
        SoniaException rebuilt = SoniaException.of(code, String.valueOf(error.get("message")));
        if (error.get("details") instanceof Map<?, ?> details) {
            for (Map.Entry<?, ?> detail : details.entrySet()) {
                rebuilt = rebuilt.with(String.valueOf(detail.getKey()), detail.getValue());
            }
        }
        return rebuilt;
    }
}
