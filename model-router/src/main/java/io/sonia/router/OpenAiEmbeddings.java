package io.sonia.router;

import io.sonia.contracts.router.EmbeddingAnswer;
import io.sonia.kernel.json.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Embeddings in the form of OpenAI's API: what is sent, and what is taken for an answer to it. */
final class OpenAiEmbeddings {

    private OpenAiEmbeddings() {}

    static byte[] body(EmbeddingCall call) {
        return Json.bytes(Map.of("model", call.model(), "input", call.texts()));
    }

    /**
     * Reads an answer with one vector for each of {@code texts}.
     *
     * @throws io.sonia.kernel.SoniaException DEPENDENCY_FAILED for another number of vectors, vectors of different or
     *     no length, or what is no vector
     */
    static Embedded read(Map<String, @Nullable Object> answer, int texts) {
        List<?> data = Answers.list(answer.get("data"));
        if (data.size() != texts) {
            throw Answers.wrong("it sent " + data.size() + " vectors for " + texts + " texts");
        }
        @Nullable List<Double>[] vectors = places(texts);
        for (int i = 0; i < texts; i++) {
            Map<?, ?> item = Answers.map(data.get(i));
            Integer index = item.containsKey("index") ? Answers.count(item.get("index")) : Integer.valueOf(i);
            if (index == null || index >= texts || vectors[index] != null) {
                throw Answers.wrong("it does not say which vector is for which text");
            }
            vectors[index] = vector(Answers.list(item.get("embedding")));
        }
        List<List<Double>> inOrder = new ArrayList<>();
        for (List<Double> vector : vectors) {
            if (vector == null || vector.size() != inOrderSize(inOrder, vector)) {
                throw Answers.wrong("its vectors have different numbers of dimensions");
            }
            inOrder.add(vector);
        }
        return new Embedded(
                inOrder, Answers.count(Answers.map(answer.get("usage")).get("prompt_tokens")));
    }

    private static int inOrderSize(List<List<Double>> before, List<Double> vector) {
        return before.isEmpty() ? vector.size() : before.getFirst().size();
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type cannot be made otherwise
    private static @Nullable List<Double>[] places(int count) {
        return new List[count];
    }

    private static List<Double> vector(List<?> numbers) {
        if (numbers.isEmpty() || numbers.size() > EmbeddingAnswer.MAX_DIMENSIONS) {
            throw Answers.wrong("a vector of it has " + numbers.size() + " dimensions");
        }
        Double[] vector = new Double[numbers.size()];
        boolean nothing = true;
        for (int i = 0; i < vector.length; i++) {
            if (!(numbers.get(i) instanceof Number number) || !Float.isFinite(number.floatValue())) {
                throw Answers.wrong("a vector of it holds something that is no number");
            }
            // The shortest digits that name the 32-bit number: half as many as those of the 64-bit one.
            vector[i] = Double.valueOf(Float.toString(number.floatValue()));
            nothing &= vector[i] == 0;
        }
        if (nothing) {
            throw Answers.wrong("a vector of it is nothing but zeros");
        }
        return Arrays.asList(vector);
    }
}
