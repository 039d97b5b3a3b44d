package io.sonia.router;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A vector for each text of a call, in its order, all of one length.
 *
 * @param tokens of the texts as the provider counted them; null if it did not
 */
record Embedded(List<List<Double>> vectors, @Nullable Integer tokens) {

    int dimensions() {
        return vectors.getFirst().size();
    }
}
