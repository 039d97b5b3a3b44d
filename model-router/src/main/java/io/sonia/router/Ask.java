package io.sonia.router;

import io.sonia.contracts.router.Capability;
import io.sonia.contracts.router.ChatMessage;
import io.sonia.contracts.router.ChatRequest;
import io.sonia.contracts.router.ContentPart;
import io.sonia.contracts.router.EmbeddingRequest;
import io.sonia.contracts.router.MessageRole;
import io.sonia.contracts.router.RoutePolicy;
import io.sonia.contracts.router.RouteQuery;
import io.sonia.contracts.router.TaskType;
import io.sonia.contracts.router.ToolCall;
import io.sonia.contracts.router.ToolSpec;
import io.sonia.kernel.json.Violations;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a route is asked for.
 *
 * @param tokens of the prompt, estimated
 * @param needs what a backend must be able to do, beyond what the profile says
 * @param wantsTools true if tools are offered; a backend that cannot call any may still answer without
 */
record Ask(
        TaskType taskType,
        @Nullable String profile,
        int tokens,
        RoutePolicy policy,
        @Nullable String provider,
        @Nullable String model,
        Set<Capability> needs,
        boolean wantsTools) {

    /** English text has about four characters for each token; other scripts have fewer. */
    private static final int CHARS_PER_TOKEN = 4;

    private static final int TOKENS_PER_IMAGE = 1000;

    /** Quotes or brackets and a comma or colon. */
    private static final int PUNCTUATION = 3;

    private static final int SCALAR = 5;

    static Ask of(RouteQuery query, @Nullable String profile) {
        return new Ask(
                query.taskType(),
                profile,
                query.contextTokens(),
                query.policy(),
                query.provider(),
                query.model(),
                query.taskType() == TaskType.EMBEDDINGS && query.model() != null
                        ? EnumSet.noneOf(Capability.class)
                        : needs(query.taskType()),
                false);
    }

    static Ask of(ChatRequest request) {
        if (request.taskType() == TaskType.EMBEDDINGS) {
            throw Violations.single("task_type", "choice", "embeddings are asked for under /embeddings");
        }
        Set<Capability> needs = needs(request.taskType());
        if (request.messages().stream().anyMatch(Ask::hasImage)) {
            needs.add(Capability.VISION);
        }
        // A conversation with tool results in it makes no sense to a model that does not know of tools.
        if (request.messages().stream().anyMatch(Ask::aboutTools)) {
            needs.add(Capability.TOOLS);
        }
        return new Ask(
                request.taskType(),
                request.profile(),
                estimate(request),
                request.policy(),
                request.provider(),
                request.model(),
                needs,
                !request.tools().isEmpty());
    }

    /** A model that is named is trusted to make embeddings: few servers say which of theirs do. */
    static Ask of(EmbeddingRequest request, @Nullable String provider, @Nullable String model) {
        int longest = request.input().stream().mapToInt(String::length).max().orElse(0);
        return new Ask(
                TaskType.EMBEDDINGS,
                null,
                tokens(longest),
                provider == null ? RoutePolicy.CLOUD_ALLOWED : RoutePolicy.PROVIDER_PINNED,
                provider,
                model,
                model == null ? needs(TaskType.EMBEDDINGS) : EnumSet.noneOf(Capability.class),
                false);
    }

    static boolean aboutTools(ChatMessage message) {
        return message.role() == MessageRole.TOOL;
    }

    private static Set<Capability> needs(TaskType type) {
        return switch (type) {
            case TEXT -> EnumSet.of(Capability.CHAT);
            case VISION -> EnumSet.of(Capability.CHAT, Capability.VISION);
            case EMBEDDINGS -> EnumSet.of(Capability.EMBEDDINGS);
        };
    }

    /** One token for each four characters, rounded up. */
    static int tokens(long characters) {
        return (int) Math.min(Integer.MAX_VALUE, (characters + CHARS_PER_TOKEN - 1) / CHARS_PER_TOKEN);
    }

    private static int estimate(ChatRequest request) {
        long characters = 0;
        int images = 0;
        for (ChatMessage message : request.messages()) {
            characters += message.text().length();
            for (ToolCall call : message.calls()) {
                characters += call.name().length() + characters(call.arguments());
            }
            images += (int) message.parts().stream()
                    .filter(each -> each.type() == ContentPart.Kind.IMAGE)
                    .count();
        }
        for (ToolSpec tool : request.tools()) {
            characters += tool.name().length() + tool.description().length() + characters(tool.argsSchema());
        }
        return tokens(characters) + images * TOKENS_PER_IMAGE;
    }

    /** About as many as its JSON has. */
    private static long characters(@Nullable Object json) {
        return switch (json) {
            case String text -> text.length() + PUNCTUATION;
            case Map<?, ?> map -> {
                long sum = PUNCTUATION;
                for (Map.Entry<?, ?> each : map.entrySet()) {
                    sum += characters(each.getKey()) + characters(each.getValue());
                }
                yield sum;
            }
            case List<?> list -> {
                long sum = PUNCTUATION;
                for (Object each : list) {
                    sum += characters(each);
                }
                yield sum;
            }
            case null, default -> SCALAR;
        };
    }

    private static boolean hasImage(ChatMessage message) {
        return message.parts().stream().anyMatch(each -> each.type() == ContentPart.Kind.IMAGE);
    }
}
