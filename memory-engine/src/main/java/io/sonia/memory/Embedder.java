package io.sonia.memory;

import io.sonia.contracts.router.EmbeddingAnswer;
import io.sonia.contracts.router.EmbeddingRequest;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Deadline;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Has vectors made of texts by the model router, with one model. */
final class Embedder {

    /** Texts in one call. */
    static final int MAX_TEXTS = EmbeddingRequest.MAX_TEXTS;

    /** What a question waits for its vector at most; it is answered by words otherwise. */
    private static final Duration QUESTION_TIME = Duration.ofMillis(1500);

    /** After a failure, questions are answered by words for so long without trying. */
    private static final Duration REST = Duration.ofSeconds(3);

    /** A question's vector, or why there is none. */
    record Meaning(float @Nullable [] vector, @Nullable String reason) {}

    private final Peer router;
    private final Clock clock;
    private final String model;
    private volatile @Nullable Deadline resting;

    Embedder(Peer router, Clock clock, String model) {
        this.router = router;
        this.clock = clock;
        this.model = model;
    }

    /** The name of the model, as in the settings. */
    String model() {
        return model;
    }

    /**
     * A vector of length 1 for each text, all of the same number of dimensions.
     *
     * @throws SoniaException as the router says, or DEPENDENCY_FAILED for an answer that does not fit
     */
    List<float[]> embed(List<String> texts, Context context) {
        EmbeddingAnswer answer = router.on(context, Operation.MODEL_EMBED)
                .body(new EmbeddingRequest(texts, model))
                .send(EmbeddingAnswer.class);
        List<float[]> vectors = answer.vectors().stream().map(Embedder::unit).toList();
        if (vectors.size() != texts.size() || vectors.stream().anyMatch(each -> each.length != answer.dimensions())) {
            throw SoniaException.of(ErrorCode.DEPENDENCY_FAILED).with("dependency", "model-router");
        }
        resting = null;
        return vectors;
    }

    private static float[] unit(List<Double> numbers) {
        double sum = 0;
        for (double each : numbers) {
            sum += each * each;
        }
        double length = Math.sqrt(sum);
        float[] unit = new float[numbers.size()];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = (float) (numbers.get(i) / length);
        }
        return unit;
    }

    /** The vector of a question, in short time or not at all. */
    Meaning meaning(String question, Context context) {
        Deadline rest = resting;
        if (rest != null && !rest.passed()) {
            return new Meaning(null, "the embedding model failed a moment ago");
        }
        try {
            Context brief = context.within(QUESTION_TIME);
            return new Meaning(
                    embed(List.of(Vectors.cut(question, Vectors.MAX_TEXT)), brief)
                            .getFirst(),
                    null);
        } catch (SoniaException e) {
            resting = Deadline.in(REST, clock);
            return new Meaning(null, "the embedding model gave no vector: " + e.code());
        }
    }
}
