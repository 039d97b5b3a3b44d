package io.sonia.openclaw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.openclaw.ExecutionState;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.openclaw.ExecutionLife.Event;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ExecutionLifeTest {

    /** Every edge there is; what is not here changes nothing. */
    private static final String EDGES = """
            CLAIMED START STARTED
            CLAIMED REFUSE FAILED
            CLAIMED DEFER CLAIMED
            STARTED FINISH VERIFYING
            STARTED FAIL FAILED
            STARTED CANCEL CANCELLED
            STARTED LOSE OUTCOME_UNKNOWN
            VERIFYING PASS SUCCEEDED
            VERIFYING FAIL FAILED
            OUTCOME_UNKNOWN PASS SUCCEEDED
            OUTCOME_UNKNOWN FAIL FAILED
            """;

    static Stream<Arguments> everyPair() {
        Map<String, String> edges = new HashMap<>();
        EDGES.lines().map(line -> line.split(" ")).forEach(edge -> edges.put(edge[0] + " " + edge[1], edge[2]));
        return Stream.of(ExecutionState.values())
                .flatMap(state -> Stream.of(Event.values())
                        .map(event -> Arguments.of(state, event, edges.getOrDefault(state + " " + event, ""))));
    }

    @ParameterizedTest
    @MethodSource("everyPair")
    void everyStateAndEventIsAnEdgeOrRefused(ExecutionState state, Event event, String to) {
        if (to.isEmpty()) {
            assertThatThrownBy(() -> ExecutionLife.TABLE.require(state, event))
                    .isInstanceOfSatisfying(SoniaException.class, e -> {
                        assertThat(e.code()).isEqualTo(ErrorCode.INVALID_STATE);
                        assertThat(e.details())
                                .containsEntry("state", state.name().toLowerCase(java.util.Locale.ROOT));
                    });
        } else {
            assertThat(ExecutionLife.TABLE.require(state, event)).isEqualTo(ExecutionState.valueOf(to));
        }
    }

    @Test
    void aTerminalStateHasNoWayOutAndEveryOtherOneHas() {
        for (ExecutionState state : ExecutionState.values()) {
            assertThat(ExecutionLife.TABLE.allowed(state).isEmpty())
                    .as(state.name())
                    .isEqualTo(state.terminal());
        }
    }

    @Test
    void aLifeBeginsClaimed() {
        assertThat(ExecutionLife.TABLE.start(Event.ACCEPT)).isEqualTo(ExecutionState.CLAIMED);
    }

    @Test
    void severalEventsAreFollowedOneByOne() {
        assertThat(ExecutionLife.after(ExecutionState.STARTED, List.of(Event.FINISH, Event.PASS)))
                .isEqualTo(ExecutionState.SUCCEEDED);
        assertThatThrownBy(() -> ExecutionLife.after(ExecutionState.STARTED, List.of(Event.PASS)))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_STATE));
    }
}
