package io.sonia.contracts.pipecat;

import io.sonia.kernel.json.WireNamed;

/** Where a turn of a voice session is: being answered, answered, ended by a stop or a restart, or failed. */
public enum VoiceTurnState implements WireNamed {
    THINKING,
    COMPLETED,
    ABORTED,
    ERROR;

    @Override
    public String wireName() {
        return name();
    }
}
