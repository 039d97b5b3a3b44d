package io.sonia.gateway;

import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnState;
import io.sonia.contracts.openai.ChatCompletion;
import io.sonia.contracts.openai.ChatCompletionRequest;
import io.sonia.contracts.openai.CompletionFinish;
import io.sonia.contracts.openai.CompletionOrigin;
import io.sonia.contracts.openai.CompletionUsage;
import io.sonia.contracts.openai.FunctionCall;
import io.sonia.contracts.router.ChatAnswer;
import io.sonia.contracts.router.FinishReason;
import io.sonia.contracts.router.ToolCall;
import io.sonia.contracts.router.Usage;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A turn as the OpenAI API tells of it.
 *
 * @param last what the model answered last, null if nothing
 */
record Completion(
        ChatCompletionRequest asked, Turn turn, @Nullable ChatAnswer last) {

    /**
     * The whole answer.
     *
     * @throws SoniaException if the turn has none and waits for none
     */
    ChatCompletion whole() {
        ChatCompletion.Said said = new ChatCompletion.Said("assistant", text(), null, calls());
        return new ChatCompletion(
                turn.turnId(),
                "chat.completion",
                created(),
                asked.model(),
                List.of(new ChatCompletion.Choice(0, said, null, finish())),
                usage(),
                origin());
    }

    long created() {
        return turn.createdAt().getEpochSecond();
    }

    /** What the assistant says; null where it only asks for tools. */
    @Nullable
    String text() {
        if (Turns.parked(turn)) {
            return waiting();
        }
        String text = answered().assistantText();
        return text == null || text.isEmpty() ? null : text;
    }

    /** In words, for clients that show nothing but those. */
    private String waiting() {
        String calls = turn.pendingApprovals().stream()
                .map(each -> each.summary() + " (" + each.approvalId() + ")")
                .collect(Collectors.joining("; "));
        return "An approval is needed: " + calls + ". The answer will be in turn " + turn.turnId() + ".";
    }

    /** The calls that are the client's to run; null if there are none. */
    @Nullable
    List<FunctionCall> calls() {
        if (asked.tools().isEmpty() || last == null || last.toolCalls().isEmpty()) {
            return null;
        }
        return last.toolCalls().stream().map(Completion::call).toList();
    }

    private static FunctionCall call(ToolCall call) {
        return new FunctionCall(
                call.id(),
                ChatCompletionRequest.Kind.FUNCTION,
                new FunctionCall.Called(call.name(), Json.text(call.arguments())));
    }

    CompletionFinish finish() {
        if (calls() != null) {
            return CompletionFinish.TOOL_CALLS;
        }
        boolean cut = last != null && last.finishReason() == FinishReason.LENGTH && !Turns.parked(turn);
        return cut ? CompletionFinish.LENGTH : CompletionFinish.STOP;
    }

    @Nullable
    CompletionUsage usage() {
        Usage used = turn.usage();
        return used == null
                ? null
                : new CompletionUsage(
                        used.promptTokens(), used.completionTokens(), used.promptTokens() + used.completionTokens());
    }

    CompletionOrigin origin() {
        return new CompletionOrigin(
                turn.turnId(),
                turn.routeDecision() == null ? null : turn.routeDecision().selectedBackend(),
                turn.usage() == null ? null : turn.usage().costMicro(),
                turn.pendingApprovals());
    }

    /** The turn, which has an answer. */
    private Turn answered() {
        if (turn.error() != null) {
            throw SoniaException.of(
                    ErrorCode.named(turn.error().code()), turn.error().message());
        }
        if (turn.state() == TurnState.CANCELLED) {
            throw SoniaException.of(ErrorCode.INVALID_STATE, "The turn was cancelled");
        }
        if (!Turns.answered(turn)) {
            throw SoniaException.of(ErrorCode.TIMEOUT);
        }
        return turn;
    }
}
