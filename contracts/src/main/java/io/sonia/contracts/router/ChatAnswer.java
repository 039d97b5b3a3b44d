package io.sonia.contracts.router;

import io.sonia.kernel.json.Text;
import java.util.List;

/**
 * What a model answered.
 *
 * @param status always {@code success}
 * @param response its text; empty where it only asks for tools
 * @param firstTokenMs from the start of the call to the first content of the backend that answered
 */
public record ChatAnswer(
        String status,
        String model,
        String provider,
        String selectedBackend,
        @Text(max = 4 * 1024 * 1024) String response,
        List<ToolCall> toolCalls,
        FinishReason finishReason,
        Usage usage,
        RouteDecision routeDecision,
        double firstTokenMs,
        double totalMs) {}
