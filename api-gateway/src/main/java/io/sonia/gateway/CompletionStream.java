package io.sonia.gateway;

import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnEvent;
import io.sonia.contracts.gateway.TurnFrame;
import io.sonia.contracts.openai.ChatCompletionChunk;
import io.sonia.contracts.openai.ChatCompletionChunk.Delta;
import io.sonia.contracts.openai.ChatCompletionRequest;
import io.sonia.contracts.openai.CompletionFinish;
import io.sonia.contracts.openai.CompletionOrigin;
import io.sonia.contracts.openai.CompletionUsage;
import io.sonia.contracts.openai.FunctionCall;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Deadline;
import io.sonia.kernel.http.EventStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Sends one turn as the pieces of a streamed completion. For one thread. */
final class CompletionStream {

    private static final long KEEP_ALIVE_MS = 15_000;

    private final ChatCompletionRequest asked;
    private final Clock clock;
    private final EventStream stream;
    private final String id;
    private final long created;
    private int pieces;

    CompletionStream(ChatCompletionRequest asked, Turn turn, Clock clock, EventStream stream) {
        this.asked = asked;
        this.clock = clock;
        this.stream = stream;
        this.id = turn.turnId();
        this.created = turn.createdAt().getEpochSecond();
    }

    /**
     * Passes a running turn on until it has its answer, or has waited {@code approvalWait} for people.
     *
     * @param lastly is given the completion before its end is told
     * @throws SoniaException if the turn ends without an answer
     */
    void relay(TurnRun run, TurnFeed.Listener listener, Duration approvalWait, Consumer<Completion> lastly) {
        try {
            begin();
            passOn(run, listener, approvalWait);
            Completion completion = new Completion(asked, run.latest(), run.lastAnswer());
            lastly.accept(completion);
            end(completion);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            run.feed().drop(listener);
        }
    }

    /** Tells what became of a turn that nobody runs here. */
    void repeat(Completion completion) {
        begin();
        end(completion);
    }

    private void begin() {
        send(new Delta("assistant", "", null), null, null);
    }

    private void passOn(TurnRun run, TurnFeed.Listener listener, Duration approvalWait) throws InterruptedException {
        Deadline park = null;
        while (true) {
            TurnFrame frame = listener.next(
                    park == null
                            ? KEEP_ALIVE_MS
                            : Math.min(KEEP_ALIVE_MS, park.left().toMillis() + 1));
            if (frame == null && park != null && park.passed()) {
                return;
            }
            if (frame == null) {
                requireHeard(!Turns.answered(run.latest()));
                stream.keepAlive();
                continue;
            }
            switch (frame.type()) {
                case TurnEvent.PARTIAL -> piece(frame);
                case TurnEvent.CONFIRMATION_REQUIRED -> {
                    park = park == null ? Deadline.in(approvalWait, clock) : park;
                    send(Delta.NONE, null, new Completion(asked, run.latest(), null).origin());
                }
                case TurnEvent.CONFIRMATION_RESOLVED -> park = null;
                case TurnEvent.FINAL, TurnEvent.ERROR, TurnEvent.CANCELLED, TurnEvent.DONE -> {
                    interrupted(frame);
                    requireHeard(pieces == run.partials());
                    return;
                }
                default -> {
                    // What else a turn tells has no place here.
                }
            }
        }
    }

    /** A turn that is told to have failed though it has not is one that goes on in the next life of the gateway. */
    private static void interrupted(TurnFrame frame) {
        if (frame.type().equals(TurnEvent.ERROR)) {
            throw SoniaException.of(
                    ErrorCode.named(frame.payload().get("code")),
                    String.valueOf(frame.payload().get("message")));
        }
    }

    /** A listener that did not keep up has missed some frames: what is left would make no sense. */
    private static void requireHeard(boolean all) {
        if (!all) {
            throw SoniaException.of(ErrorCode.OVERLOADED, "The reader is too slow");
        }
    }

    private void piece(TurnFrame frame) {
        requireHeard(Integer.valueOf(pieces).equals(frame.payload().get("index")));
        pieces++;
        send(new Delta(null, String.valueOf(frame.payload().get("text")), null), null, null);
    }

    private void end(Completion completion) {
        String text = completion.text();
        if (text != null && (pieces == 0 || Turns.parked(completion.turn()))) {
            send(new Delta(null, text, null), null, null);
        }
        List<FunctionCall> calls = completion.calls();
        if (calls != null) {
            List<ChatCompletionChunk.Call> deltas = new ArrayList<>();
            for (FunctionCall call : calls) {
                deltas.add(new ChatCompletionChunk.Call(deltas.size(), call.id(), call.type(), call.function()));
            }
            send(new Delta(null, null, deltas), null, null);
        }
        send(Delta.NONE, completion.finish(), completion.origin());
        if (asked.streamOptions() != null && asked.streamOptions().includeUsage()) {
            chunk(List.of(), completion.usage(), null);
        }
        stream.send(TurnEvent.DONE, java.util.Map.of());
    }

    private void send(Delta delta, @Nullable CompletionFinish finish, @Nullable CompletionOrigin origin) {
        chunk(List.of(new ChatCompletionChunk.Choice(0, delta, null, finish)), null, origin);
    }

    private void chunk(
            List<ChatCompletionChunk.Choice> choices,
            @Nullable CompletionUsage usage,
            @Nullable CompletionOrigin origin) {
        stream.send(
                "chunk",
                new ChatCompletionChunk(id, "chat.completion.chunk", created, asked.model(), choices, usage, origin));
    }
}
