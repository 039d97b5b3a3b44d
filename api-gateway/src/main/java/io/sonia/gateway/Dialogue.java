package io.sonia.gateway;

import io.sonia.contracts.router.ChatMessage;
import io.sonia.contracts.router.MessageRole;
import io.sonia.contracts.router.ToolChoice;
import io.sonia.contracts.router.ToolSpec;
import io.sonia.kernel.json.Items;
import java.util.List;

/**
 * A conversation that its client holds and sends whole each time.
 *
 * @param tools the client's own: their calls are handed to it, and SONIA's tools are not offered
 * @param toolChoice of the client's tools
 * @param remembers false if nothing is to be recalled for it and nothing of it remembered
 */
record Dialogue(
        @Items(max = 900) List<ChatMessage> messages,
        @Items(max = 128) List<ToolSpec> tools,
        ToolChoice toolChoice,
        boolean remembers) {

    /** True if the client runs the tools. */
    boolean hasTools() {
        return !tools.isEmpty();
    }

    /** True if somebody has said something new, false if the client only brings what its tools have answered. */
    boolean asksAnew() {
        return messages.getLast().role() == MessageRole.USER;
    }

    /** True if it holds what tools have brought to the client, which may be anybody's words. */
    boolean holdsForeignContent() {
        return messages.stream().anyMatch(each -> each.role() == MessageRole.TOOL);
    }

    /** What the user said last, or whoever spoke last if no user did. */
    String lastSaid() {
        return messages.reversed().stream()
                .filter(each -> each.role() == MessageRole.USER && !each.text().isBlank())
                .findFirst()
                .orElse(messages.getLast())
                .text();
    }
}
