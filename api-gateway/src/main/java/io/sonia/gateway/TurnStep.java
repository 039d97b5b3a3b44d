package io.sonia.gateway;

import io.sonia.contracts.gateway.Action;
import io.sonia.contracts.gateway.CallStatus;
import io.sonia.contracts.gateway.CompletionReason;
import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnState;
import io.sonia.contracts.router.ChatAnswer;
import io.sonia.contracts.router.RecalledMemory;
import io.sonia.contracts.router.ToolCall;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.json.Default;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a turn asked at one step and what it was answered: enough to go on after a restart, and to replay it. */
sealed interface TurnStep {

    Record request();

    Record response();

    /** The policy that a call was judged by; null for every other step. */
    default @Nullable String policyVersion() {
        return null;
    }

    /** With what the turn began. */
    record Began(Opening request, Empty response) implements TurnStep {}

    /** What was said before in the session, and the settings that decide how the turn goes. */
    record Opening(List<TurnStore.Exchange> history, int maxToolCalls, int toolTimeMs, int outputChars) {}

    /** The memories that were put before the model. */
    record Recalled(Empty request, Memories response) implements TurnStep {}

    /** What the search found; {@code failed} if it did not work. */
    record Memories(
            List<RecalledMemory> memories, @Default("false") boolean failed) {}

    /** What the model said while it asked for tools, of turns that were begun before the model's answers were kept. */
    record Asked(Empty request, Said response) implements TurnStep {}

    /** Text and tool calls of the model. */
    record Said(String text, List<ToolCall> calls) {}

    /** One answer of the model. */
    record Modelled(Question request, Answer response) implements TurnStep {}

    /**
     * What the model was shown.
     *
     * @param sha256 of the request without the descriptions of the tools
     * @param tools the names of those it was offered
     */
    record Question(String sha256, List<String> tools) {}

    /** Exactly one of the two is there. */
    record Answer(@Nullable ChatAnswer answer, Turn.@Nullable Failure failure) {}

    /** One call of a tool, from the model's wish to what it was told. */
    record Called(ToolCall request, Outcome response) implements TurnStep {
        @Override
        public @Nullable String policyVersion() {
            Ruling ruling = response.ruling();
            return ruling == null ? null : ruling.policyVersion();
        }
    }

    /**
     * What came of a call.
     *
     * @param ruling null if it never came before the gate
     * @param action null if there was none
     * @param status null if the turn was stopped before the call was over
     * @param failure why there is no action
     */
    record Outcome(
            @Nullable Ruling ruling,
            @Nullable Action action,
            @Nullable CallStatus status,
            Turn.@Nullable Failure failure) {}

    /** How the turn ended. */
    record Ended(Empty request, End response) implements TurnStep {

        static Ended of(Turn turn) {
            String text = turn.assistantText();
            return new Ended(
                    new Empty(),
                    new End(
                            turn.state(),
                            turn.quality().completionReason(),
                            turn.error(),
                            text == null ? null : Sha256.hex(text)));
        }
    }

    /** The turn's last state. */
    record End(
            TurnState state,
            @Nullable CompletionReason reason,
            Turn.@Nullable Failure failure,
            @Nullable String answerSha256) {}

    /** The name of each kind in the journal. */
    Map<Class<? extends TurnStep>, String> KINDS = Map.of(
            Began.class, "began",
            Recalled.class, "recalled",
            Asked.class, "asked",
            Modelled.class, "model",
            Called.class, "tool",
            Ended.class, "ended");
}
