package io.sonia.contracts.openai;

import io.sonia.kernel.json.Items;
import java.util.List;

/** A vector for each text, in the order of the texts; {@code object} is always {@code list}. */
public record EmbeddingObjects(
        String object, @Items(max = 512) List<EmbeddingObject> data, String model, EmbeddingUsage usage) {

    /**
     * One vector.
     *
     * @param object always {@code embedding}
     * @param embedding a list of numbers, or a text in base64
     */
    public record EmbeddingObject(String object, int index, Object embedding) {}

    /** Tokens of all texts; both counts are the same. */
    public record EmbeddingUsage(int promptTokens, int totalTokens) {}
}
