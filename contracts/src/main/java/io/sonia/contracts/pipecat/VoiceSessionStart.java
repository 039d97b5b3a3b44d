package io.sonia.contracts.pipecat;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.MaxBytes;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Asks for a voice session.
 *
 * @param userId whose memories are used; absent: the actor's
 * @param gatewaySessionId the gateway's session to speak in; absent: a new one
 */
public record VoiceSessionStart(
        @Text(min = 1, max = 128) @Nullable String userId,
        @Default("{}") @MaxBytes(4096) Map<String, @Nullable Object> metadata,
        @Text(min = 1, max = 64) @Nullable String gatewaySessionId,
        @Default("\"push_to_talk\"") InputMode inputMode,
        @Default("16000") @Range(min = 16_000, max = 16_000) int sampleRate) {

    /** What starts and ends an utterance. */
    public enum InputMode {
        PUSH_TO_TALK,
        ALWAYS_ON,
        TEXT_ONLY
    }
}
