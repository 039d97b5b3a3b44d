package io.sonia.contracts.pipecat;

import io.sonia.kernel.json.WireNamed;

/** The state of a voice session: with a caller, waiting for one to come back, or over. */
public enum VoiceState implements WireNamed {
    ACTIVE,
    PAUSED,
    CLOSED;

    @Override
    public String wireName() {
        return name();
    }
}
