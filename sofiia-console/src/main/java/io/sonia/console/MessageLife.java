package io.sonia.console;

import io.sonia.contracts.console.MessageState;
import io.sonia.kernel.Transitions;
import java.util.Set;

/** The life of a message that a person sends. */
final class MessageLife {

    private static final Set<MessageState> OPEN =
            Set.of(MessageState.SENT, MessageState.AWAITING_APPROVAL, MessageState.UNKNOWN);

    private MessageLife() {}

    /** What happens to it. */
    enum Edge {
        AT_WORK,
        PARKED,
        ANSWERED,
        FAILED,
        LOST
    }

    static final Transitions<MessageState, Edge> TABLE = Transitions.of(MessageState.class, Edge.class)
            .edges(OPEN, Edge.AT_WORK, MessageState.SENT)
            .edges(OPEN, Edge.PARKED, MessageState.AWAITING_APPROVAL)
            .edges(OPEN, Edge.ANSWERED, MessageState.DONE)
            .edges(OPEN, Edge.FAILED, MessageState.FAILED)
            .edges(OPEN, Edge.LOST, MessageState.UNKNOWN)
            .build();
}
