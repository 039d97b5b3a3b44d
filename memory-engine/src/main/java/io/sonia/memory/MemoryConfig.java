package io.sonia.memory;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.settings.Section;
import java.time.Duration;

/**
 * What an installation may choose about its memory.
 *
 * @param dedupeSeconds how long the same content counts as a repetition
 * @param historyDays how long turns stay in the conversation history
 * @param snapshotKeep snapshots there are at most
 * @param modelWrites what a model may have remembered
 */
public record MemoryConfig(
        @Default("60") @Range(max = 86_400) int dedupeSeconds,
        @Default("365") @Range(min = 1, max = 3_650) int historyDays,
        @Default("20") @Range(min = 1, max = 1_000) int snapshotKeep,
        @Default("{}") ModelWrites modelWrites) {

    static final Section<MemoryConfig> SECTION = Section.fixed("memory_engine", MemoryConfig.class);

    Duration history() {
        return Duration.ofDays(historyDays);
    }

    Duration dedupe() {
        return Duration.ofSeconds(dedupeSeconds);
    }
}
