package io.sonia.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.console.MessageLife.Edge;
import io.sonia.contracts.console.MessageState;
import org.junit.jupiter.api.Test;

class MessageLifeTest {

    @Test
    void whatIsSettledStaysSo() {
        for (MessageState state : MessageState.values()) {
            for (Edge edge : Edge.values()) {
                assertThat(MessageLife.TABLE.next(state, edge).isPresent())
                        .as("%s %s", state, edge)
                        .isEqualTo(!state.settled());
            }
        }
    }

    @Test
    void everyEdgeLeadsToItsState() {
        assertThat(MessageLife.TABLE.next(MessageState.UNKNOWN, Edge.ANSWERED)).contains(MessageState.DONE);
        assertThat(MessageLife.TABLE.next(MessageState.SENT, Edge.PARKED)).contains(MessageState.AWAITING_APPROVAL);
        assertThat(MessageLife.TABLE.next(MessageState.AWAITING_APPROVAL, Edge.AT_WORK))
                .contains(MessageState.SENT);
        assertThat(MessageLife.TABLE.next(MessageState.SENT, Edge.LOST)).contains(MessageState.UNKNOWN);
        assertThat(MessageLife.TABLE.next(MessageState.SENT, Edge.FAILED)).contains(MessageState.FAILED);
    }
}
