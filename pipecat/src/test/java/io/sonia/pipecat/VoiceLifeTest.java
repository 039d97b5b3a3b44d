package io.sonia.pipecat;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.pipecat.VoiceState;
import io.sonia.contracts.pipecat.VoiceTurnState;
import io.sonia.pipecat.VoiceLife.Edge;
import io.sonia.pipecat.VoiceLife.TurnEdge;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VoiceLifeTest {

    @ParameterizedTest
    @CsvSource({
        "ACTIVE, ATTACHED, ACTIVE",
        "ACTIVE, LOST, PAUSED",
        "ACTIVE, ENDED, CLOSED",
        "PAUSED, ATTACHED, ACTIVE",
        "PAUSED, LOST,",
        "PAUSED, ENDED, CLOSED",
        "CLOSED, ATTACHED,",
        "CLOSED, LOST,",
        "CLOSED, ENDED,",
    })
    void aSessionMovesOnlySo(VoiceState from, Edge edge, @Nullable VoiceState to) {
        assertThat(VoiceLife.SESSION.next(from, edge).orElse(null)).isEqualTo(to);
    }

    @ParameterizedTest
    @CsvSource({
        "THINKING, ANSWERED, COMPLETED",
        "THINKING, FAILED, ERROR",
        "THINKING, STOPPED, ABORTED",
        "COMPLETED, ANSWERED,",
        "COMPLETED, FAILED,",
        "COMPLETED, STOPPED,",
        "ABORTED, ANSWERED,",
        "ABORTED, FAILED,",
        "ABORTED, STOPPED,",
        "ERROR, ANSWERED,",
        "ERROR, FAILED,",
        "ERROR, STOPPED,",
    })
    void aTurnEndsOnce(VoiceTurnState from, TurnEdge edge, @Nullable VoiceTurnState to) {
        assertThat(VoiceLife.TURN.next(from, edge).orElse(null)).isEqualTo(to);
    }
}
