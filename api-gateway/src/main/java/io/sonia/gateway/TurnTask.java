package io.sonia.gateway;

import io.sonia.contracts.gateway.TurnRequest;
import org.jspecify.annotations.Nullable;

/**
 * What a turn is to answer, and how the model is to be asked for it.
 *
 * @param dialogue null for a turn of a conversation that the gateway itself keeps
 */
record TurnTask(
        TurnRequest request, ModelWish wish, @Nullable Dialogue dialogue) {

    /** Answers are kept in turns, so they are bounded even where their client asks for more. */
    private static final int MAX_ANSWER_CHARS = 262_144;

    TurnTask(TurnRequest request, ModelWish wish) {
        this(request, wish, null);
    }

    /** True if what the user said before is looked for. */
    boolean recalls() {
        return dialogue == null || dialogue.remembers();
    }

    /** True if what is said and done is to be found by later turns. */
    boolean leavesMemories() {
        return dialogue == null || (dialogue.remembers() && dialogue.asksAnew());
    }

    /** How long the answer may be; {@code usual} is the bound of turns that nobody else bounds. */
    int maxAnswerChars(int usual) {
        return dialogue == null ? usual : MAX_ANSWER_CHARS;
    }
}
