package io.sonia.contracts.console;

import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message and what came of it.
 *
 * @param reply null while the turn goes on
 */
public record SendAnswer(
        String chatId, Message message, @Nullable Message reply, Progress turn, String nodeId) {

    /** How far the turn is. */
    public record Progress(String turnId, TurnState state, List<Turn.Pending> pendingApprovals) {}
}
