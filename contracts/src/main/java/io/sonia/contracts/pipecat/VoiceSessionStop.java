package io.sonia.contracts.pipecat;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Query;
import io.sonia.kernel.json.Text;

/** Asks for the end of a voice session. */
public record VoiceSessionStop(
        @Query @Text(min = 1, max = 64) String sessionId,

        @Query @Default("\"user_requested\"") @Text(max = 200)
        String reason) {}
