package io.sonia.contracts.openai;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.IgnoresUnknown;
import io.sonia.kernel.json.Text;
import org.jspecify.annotations.Nullable;

/**
 * Texts whose meanings are wanted as vectors.
 *
 * @param input a text, or a list of texts
 * @param model {@code provider/model}, the name of a model that makes embeddings, or {@code embeddings} for the first one
 * @param dimensions named so that it can be refused: a vector has as many as its model gives it
 */
@IgnoresUnknown
public record EmbeddingsRequest(
        Object input,
        @Text(min = 1, max = 200) String model,

        @Default("\"float\"") Encoding encodingFormat,
        @Nullable Object dimensions) {

    /** How the numbers of a vector are written. */
    public enum Encoding {
        FLOAT,
        /** As 32-bit floating point numbers, lowest byte first, in base64 (RFC 4648 section 4). */
        BASE64
    }
}
