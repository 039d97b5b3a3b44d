package io.sonia.pipecat;

import io.sonia.contracts.pipecat.VoiceState;
import io.sonia.contracts.pipecat.VoiceTurnState;
import io.sonia.kernel.Transitions;
import java.util.Set;

/** The lives of a voice session and of its turns. */
final class VoiceLife {

    private VoiceLife() {}

    /** What happens to a session. */
    enum Edge {
        ATTACHED,
        LOST,
        ENDED
    }

    /** What happens to a turn. */
    enum TurnEdge {
        ANSWERED,
        FAILED,
        STOPPED
    }

    static final Transitions<VoiceState, Edge> SESSION = Transitions.of(VoiceState.class, Edge.class)
            .edges(Set.of(VoiceState.ACTIVE, VoiceState.PAUSED), Edge.ATTACHED, VoiceState.ACTIVE)
            .edge(VoiceState.ACTIVE, Edge.LOST, VoiceState.PAUSED)
            .edges(Set.of(VoiceState.ACTIVE, VoiceState.PAUSED), Edge.ENDED, VoiceState.CLOSED)
            .build();

    static final Transitions<VoiceTurnState, TurnEdge> TURN = Transitions.of(VoiceTurnState.class, TurnEdge.class)
            .edge(VoiceTurnState.THINKING, TurnEdge.ANSWERED, VoiceTurnState.COMPLETED)
            .edge(VoiceTurnState.THINKING, TurnEdge.FAILED, VoiceTurnState.ERROR)
            .edge(VoiceTurnState.THINKING, TurnEdge.STOPPED, VoiceTurnState.ABORTED)
            .build();
}
