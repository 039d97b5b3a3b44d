package io.sonia.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.gateway.LetterState;
import io.sonia.gateway.LetterLife.Event;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LetterLifeTest {

    private static final Map<LetterState, Map<Event, LetterState>> EDGES = Map.of(
            LetterState.OPEN, Map.of(Event.CLAIM, LetterState.CLAIMED, Event.DISCARD, LetterState.DISCARDED),
            LetterState.CLAIMED, Map.of(Event.EXECUTE, LetterState.REPLAYED, Event.GIVE_BACK, LetterState.OPEN));

    @ParameterizedTest
    @EnumSource
    void everyEdgeIsThatOfTheContractAndThereIsNoOther(LetterState state) {
        for (Event event : Event.values()) {
            assertThat(LetterLife.TABLE.next(state, event).orElse(null))
                    .isEqualTo(EDGES.getOrDefault(state, Map.of()).get(event));
        }
    }
}
