package io.sonia.router;

import io.sonia.contracts.router.ChatRequest;
import io.sonia.contracts.router.ToolChoice;
import io.sonia.contracts.router.ToolSpec;
import java.util.List;

/**
 * One call of one model.
 *
 * @param withTools false for a model that cannot call tools: it is asked without them
 */
record ModelCall(String model, ChatRequest request, boolean withTools, Patience patience) {

    /** The tools the model is offered. */
    List<ToolSpec> tools() {
        return withTools ? request.tools() : List.of();
    }

    /** True if it has to ask for one of them. */
    boolean mustCallTools() {
        return mayCallTools() && request.toolChoice() == ToolChoice.REQUIRED;
    }

    /** True if the model may ask for them in this answer. */
    boolean mayCallTools() {
        return !tools().isEmpty() && request.toolChoice() != ToolChoice.NONE;
    }
}
