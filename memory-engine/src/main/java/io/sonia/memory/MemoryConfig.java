package io.sonia.memory;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import io.sonia.kernel.settings.Section;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What an installation may choose about its memory.
 *
 * @param dedupeSeconds how long the same content counts as a repetition
 * @param embeddingModel the model that makes vectors, as the model router knows it ({@code ollama/nomic-embed-text});
 *     null: memories are found by words only
 * @param weights of a hybrid search
 */
public record MemoryConfig(
        @Default("60") @Range(max = 86_400) int dedupeSeconds,
        @Nullable @Text(min = 1, max = 200) String embeddingModel,
        @Default("{}") Weights weights) {

    /** How much words and meaning count; only their proportion matters. */
    public record Weights(
            @Default("0.5") @Range(max = 1) double keyword,
            @Default("0.5") @Range(max = 1) double vector) {

        double sum() {
            return keyword + vector;
        }
    }

    static final Section<MemoryConfig> SECTION = Section.fixed("memory_engine", MemoryConfig.class)
            .checkedBy((config, all, problems) -> {
                if (config.weights().sum() <= 0) {
                    problems.accept("weights: expected keyword or vector above 0");
                }
            });

    Duration dedupe() {
        return Duration.ofSeconds(dedupeSeconds);
    }
}
