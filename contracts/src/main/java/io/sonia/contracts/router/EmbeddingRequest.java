package io.sonia.contracts.router;

import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Text;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Texts whose meanings are wanted as vectors.
 *
 * @param model {@code provider/model}, or the name of a model that any provider of the profile {@code embeddings} lists;
 *     absent: the first model of that profile that is said to make embeddings
 */
public record EmbeddingRequest(
        @Items(min = 1, max = MAX_TEXTS) @Text(min = 1, max = MAX_TEXT)
        List<String> input,

        @Nullable @Text(min = 1, max = 200) String model) {

    /** Texts in one request. */
    public static final int MAX_TEXTS = 64;

    /** Characters of each. */
    public static final int MAX_TEXT = 8000;
}
