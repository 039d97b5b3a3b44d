package io.sonia.memory;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.util.List;

/**
 * What a model may have remembered.
 *
 * @param types of memories
 * @param maxChars of one memory
 * @param burst memories of one session at once; each second one more
 */
public record ModelWrites(
        @Default("[\"fact\",\"preference\",\"belief\",\"project\",\"observation\",\"note\"]")
        @Items(max = 50)
        @Text(min = 1, max = 64)
        List<String> types,

        @Default("8000") @Range(min = 1, max = 262_144) int maxChars,
        @Default("20") @Range(min = 1, max = 1_000) int burst) {}
