package io.sonia.gateway;

import io.sonia.contracts.gateway.SloStage;
import io.sonia.contracts.router.ChatAnswer;
import io.sonia.contracts.router.ChatCancel;
import io.sonia.contracts.router.ChatEvent;
import io.sonia.contracts.router.ChatRequest;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.EventSource;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import io.sonia.kernel.http.ServerEvent;
import io.sonia.kernel.json.Shape;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Asks the model router for the next step of a conversation. */
final class ModelCall {

    private static final Duration TIME = Duration.ofSeconds(60);

    private static final Duration CANCEL_TIME = Duration.ofMillis(500);

    private final Peer router;
    private final SloSamples samples;

    ModelCall(Peer router, SloSamples samples) {
        this.router = router;
        this.samples = samples;
    }

    /** The answer; its text also goes piece by piece to {@code listener} if there is one. */
    ChatAnswer chat(Context context, ChatRequest request, @Nullable Consumer<String> listener) {
        Peer.Request call =
                router.on(context.within(TIME), Operation.MODEL_CHAT).body(request);
        return samples.timed(
                SloStage.MODEL, () -> listener == null ? call.send(ChatAnswer.class) : streamed(call, listener));
    }

    /** Ends a call; one that is over, or a router that cannot be reached, is left to the end of the connection. */
    void cancel(Context context, String cancelToken) {
        try {
            router.on(context.within(CANCEL_TIME), Operation.MODEL_CANCEL)
                    .body(new ChatCancel(cancelToken))
                    .send(ChatCancel.Cancelled.class);
        } catch (SoniaException e) {
            // The caller hangs up on it next.
        }
    }

    private static ChatAnswer streamed(Peer.Request call, Consumer<String> listener) {
        try (EventSource events = call.events()) {
            while (events.hasNext()) {
                ServerEvent event = events.next();
                switch (event.event()) {
                    case ChatEvent.DELTA ->
                        listener.accept(Shape.of(ChatEvent.Delta.class)
                                .readAnswer(event.data())
                                .text());
                    case ChatEvent.FINAL -> {
                        return Shape.of(ChatAnswer.class).readAnswer(event.data());
                    }
                    case ChatEvent.ERROR ->
                        throw Shape.of(ChatEvent.Failed.class)
                                .readAnswer(event.data())
                                .exception();
                    default -> {
                        // route.selected and tool_call are in the final event again.
                    }
                }
            }
        }
        throw SoniaException.of(ErrorCode.MODEL_FAILED, "The model's answer broke off");
    }
}
