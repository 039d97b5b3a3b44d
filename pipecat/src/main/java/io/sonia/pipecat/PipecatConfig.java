package io.sonia.pipecat;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.settings.Section;
import java.time.Duration;

/**
 * What an installation may choose about voice sessions.
 *
 * @param maxSessions sessions that are not closed
 * @param ttlSeconds how long a session lives at most
 * @param idleSeconds how long it lives without a turn
 * @param resumeSeconds how long it waits for a lost caller
 * @param turnTimeoutMs how long the gateway may be silent within a turn; waiting for a person is counted apart
 */
public record PipecatConfig(
        @Default("10") @Range(min = 1, max = 1000) int maxSessions,
        @Default("3600") @Range(min = 60, max = 86_000) int ttlSeconds,
        @Default("600") @Range(min = 10, max = 86_000) int idleSeconds,
        @Default("60") @Range(min = 1, max = 3600) int resumeSeconds,
        @Default("60000") @Range(min = 1000, max = 300_000) int turnTimeoutMs) {

    static final Section<PipecatConfig> SECTION = Section.fixed("pipecat", PipecatConfig.class);

    Duration ttl() {
        return Duration.ofSeconds(ttlSeconds);
    }

    Duration idle() {
        return Duration.ofSeconds(idleSeconds);
    }

    Duration resume() {
        return Duration.ofSeconds(resumeSeconds);
    }

    Duration turnTimeout() {
        return Duration.ofMillis(turnTimeoutMs);
    }
}
