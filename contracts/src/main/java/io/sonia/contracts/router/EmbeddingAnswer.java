package io.sonia.contracts.router;

import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Range;
import java.util.List;

/**
 * A vector for each text, in the order of the texts; all have the same number of dimensions.
 *
 * @param vectors the numbers as the model gave them, rounded to 32-bit floating point; their length is not always 1
 */
public record EmbeddingAnswer(
        String model,
        String provider,
        int dimensions,

        @Items(max = MAX_DIMENSIONS) @Range(min = Integer.MIN_VALUE)
        List<List<Double>> vectors,

        Usage usage,
        RouteDecision routeDecision) {

    /** Dimensions of one vector. */
    public static final int MAX_DIMENSIONS = 4096;
}
