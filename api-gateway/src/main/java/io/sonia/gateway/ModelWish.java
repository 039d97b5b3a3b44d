package io.sonia.gateway;

import io.sonia.contracts.router.ChatRequest;
import io.sonia.contracts.router.RoutePolicy;
import org.jspecify.annotations.Nullable;

/**
 * How the model is to be asked for a turn, beyond its profile; null leaves a choice to the router.
 *
 * @param model the only backend that may answer: {@code provider/model}, or {@code provider} for whatever model it has
 */
record ModelWish(
        @Nullable String model,
        @Nullable Double temperature,
        @Nullable Integer maxTokens) {

    static final ModelWish NONE = new ModelWish(null, null, null);

    /** The request with what is wished for, in a session. */
    ChatRequest in(ChatRequest plain, String sessionId) {
        // A model's own name may hold further slashes.
        int slash = model == null ? -1 : model.indexOf('/');
        return new ChatRequest(
                plain.messages(),
                plain.taskType(),
                plain.profile(),
                plain.tools(),
                plain.toolChoice(),
                temperature == null ? plain.temperature() : temperature,
                maxTokens == null ? plain.maxTokens() : maxTokens,
                model == null ? plain.policy() : RoutePolicy.PROVIDER_PINNED,
                model == null || slash < 0 ? model : model.substring(0, slash),
                model == null || slash < 0 ? null : model.substring(slash + 1),
                sessionId,
                plain.cancelToken());
    }
}
