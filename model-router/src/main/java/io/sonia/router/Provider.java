package io.sonia.router;

import io.sonia.contracts.router.ModelEntry;
import java.util.List;
import java.util.function.Consumer;

/**
 * A place where models can be called. Every failure is a {@code SoniaException} with a safe message: TIMEOUT and
 * UNAVAILABLE for what a repetition may cure, CONTEXT_TOO_LONG, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, RATE_LIMITED,
 * OVERLOADED as the provider said, DEPENDENCY_FAILED for a wrong answer.
 */
sealed interface Provider permits OpenAiProvider, AnthropicProvider, BuiltinProvider {

    /** The models it serves now. */
    List<ModelEntry> models(Patience patience);

    /**
     * Calls a model and hands its content to {@code content} as it comes. An exception of {@code content} ends the call
     * and the connection.
     */
    ModelEnd chat(ModelCall call, Consumer<ModelEvent> content);

    /** The vectors of some texts; only of a provider whose {@link ProviderKind#embeds} is true. */
    default Embedded embed(EmbeddingCall call) {
        throw Answers.wrong("it makes no embeddings");
    }
}
