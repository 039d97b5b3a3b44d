package io.sonia.gateway;

import io.sonia.contracts.router.ChatAnswer;
import io.sonia.contracts.router.ChatRequest;
import io.sonia.contracts.router.ToolSpec;
import io.sonia.kernel.http.Context;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Whom a turn asks before it answers: the services themselves, or the recording of what they answered. */
interface TurnSources {

    Recall.Found recall(Context context, String userId, String text);

    /** The tools to offer; only those in {@code names} if that is given. */
    List<ToolSpec> offer(Context context, @Nullable List<String> names);

    /** The model's answer; its text also goes piece by piece to {@code listener} if there is one. */
    ChatAnswer chat(Context context, ChatRequest request, @Nullable Consumer<String> listener);

    /** Ends a model call that was given this token, if it runs. */
    void cancelChat(Context context, String cancelToken);

    /** The services themselves. */
    record Live(Recall recall, ToolCatalog tools, ModelCall model) implements TurnSources {

        @Override
        public Recall.Found recall(Context context, String userId, String text) {
            return recall.search(context, userId, text);
        }

        @Override
        public List<ToolSpec> offer(Context context, @Nullable List<String> names) {
            return tools.offer(context, names);
        }

        @Override
        public ChatAnswer chat(Context context, ChatRequest request, @Nullable Consumer<String> listener) {
            return model.chat(context, request, listener);
        }

        @Override
        public void cancelChat(Context context, String cancelToken) {
            model.cancel(context, cancelToken);
        }
    }
}
