package io.sonia.contracts.pipecat;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One thing said.
 *
 * @param role {@code user} or {@code assistant}
 */
public record VoiceMessage(String role, String content, Instant timestamp, Map<String, @Nullable Object> metadata) {}
