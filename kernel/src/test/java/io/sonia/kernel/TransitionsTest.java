package io.sonia.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class TransitionsTest {

    private enum Door {
        OPEN,
        SHUT
    }

    private enum Hand {
        PUSH,
        PULL
    }

    private static final Transitions<Door, Hand> DOOR = Transitions.of(Door.class, Hand.class)
            .start(Hand.PULL, Door.OPEN)
            .edge(Door.OPEN, Hand.PUSH, Door.SHUT)
            .edge(Door.SHUT, Hand.PULL, Door.OPEN)
            .build();

    @Test
    void aLifeBeginsWithItsEvent() {
        assertThat(DOOR.start(Hand.PULL)).isEqualTo(Door.OPEN);
        assertThatThrownBy(() -> DOOR.start(Hand.PUSH)).hasMessageContaining("nothing begins");
    }

    @Test
    void anEdgeLeadsOn() {
        assertThat(DOOR.require(Door.OPEN, Hand.PUSH)).isEqualTo(Door.SHUT);
        assertThat(DOOR.next(Door.SHUT, Hand.PULL)).contains(Door.OPEN);
    }

    @Test
    void whatIsNotInTheTableIsRefusedWithWhatIs() {
        assertThat(DOOR.next(Door.OPEN, Hand.PULL)).isEmpty();
        assertThatThrownBy(() -> DOOR.require(Door.OPEN, Hand.PULL)).isInstanceOfSatisfying(SoniaException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.INVALID_STATE);
            assertThat(e.details()).containsEntry("state", "open").containsEntry("allowed", List.of("push"));
        });
    }

    @Test
    void oneStateAndEventHaveOneEdge() {
        assertThatThrownBy(() -> Transitions.of(Door.class, Hand.class)
                        .edges(EnumSet.allOf(Door.class), Hand.PUSH, Door.SHUT)
                        .edge(Door.OPEN, Hand.PUSH, Door.OPEN))
                .hasMessageContaining("two edges");
    }
}
