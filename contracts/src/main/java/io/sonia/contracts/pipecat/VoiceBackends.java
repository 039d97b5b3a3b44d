package io.sonia.contracts.pipecat;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What turns speech into text, text into speech, and tells speech from silence. */
public record VoiceBackends(Backend asr, Backend tts, Backend vad) {

    /**
     * One of them.
     *
     * @param provider the configured name; {@code none} for none
     * @param error why it is not available; null if it is
     */
    public record Backend(
            String provider,
            boolean configured,
            boolean available,
            @Nullable Instant lastProbeAt,
            @Nullable String error) {}
}
