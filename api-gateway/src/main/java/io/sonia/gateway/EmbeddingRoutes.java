package io.sonia.gateway;

import io.sonia.contracts.openai.EmbeddingObjects;
import io.sonia.contracts.openai.EmbeddingObjects.EmbeddingObject;
import io.sonia.contracts.openai.EmbeddingsRequest;
import io.sonia.contracts.router.EmbeddingAnswer;
import io.sonia.contracts.router.EmbeddingRequest;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.json.Violations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Embeddings of the OpenAI API, made by the model router, which also counts and audits them. */
final class EmbeddingRoutes {

    /** The name that leaves the choice of a model to the router: that of its profile. */
    private static final String ANY_MODEL = "embeddings";

    private static final int MAX_TEXTS = 512;
    private static final Duration TIME = Duration.ofSeconds(10);

    private final Peer router;

    EmbeddingRoutes(Peer router) {
        this.router = router;
    }

    List<Route<?>> list() {
        return List.of(
                Route.of(Operation.OPENAI_EMBEDDINGS, EmbeddingsRequest.class, EmbeddingObjects.class, this::embed));
    }

    private Reply embed(Call<EmbeddingsRequest> call) {
        EmbeddingsRequest asked = call.input();
        List<String> texts = texts(asked);
        List<EmbeddingObject> made = new ArrayList<>(texts.size());
        int tokens = 0;
        String model = asked.model().equals(ANY_MODEL) ? null : asked.model();
        for (int from = 0; from < texts.size(); from += EmbeddingRequest.MAX_TEXTS) {
            List<String> some = texts.subList(from, Math.min(texts.size(), from + EmbeddingRequest.MAX_TEXTS));
            EmbeddingAnswer answer = router.on(call.context().within(TIME), Operation.MODEL_EMBED)
                    .body(new EmbeddingRequest(some, model))
                    .send(EmbeddingAnswer.class);
            for (List<Double> vector : answer.vectors()) {
                made.add(new EmbeddingObject("embedding", made.size(), written(vector, asked.encodingFormat())));
            }
            tokens += answer.usage().promptTokens();
            // Vectors of different models have nothing to do with each other.
            model = answer.provider() + "/" + answer.model();
        }
        return Reply.ok(new EmbeddingObjects(
                "list", made, String.valueOf(model), new EmbeddingObjects.EmbeddingUsage(tokens, tokens)));
    }

    private static List<String> texts(EmbeddingsRequest asked) {
        Violations violations = new Violations();
        if (asked.dimensions() != null) {
            violations.add("dimensions", "unsupported", "not supported here");
        }
        List<?> given = asked.input() instanceof List<?> list ? list : List.of(asked.input());
        if (given.isEmpty() || given.size() > MAX_TEXTS) {
            violations.add("input", "length", "expected 1 to " + MAX_TEXTS + " texts, met " + given.size());
        }
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < given.size(); i++) {
            texts.add(text(given.get(i), "input[" + i + "]", violations));
        }
        violations.throwIfAny();
        return texts;
    }

    private static String text(@Nullable Object given, String path, Violations violations) {
        if (!(given instanceof String text)) {
            violations.add(path, "type", "expected a text");
            return "";
        }
        if (text.isEmpty() || text.length() > EmbeddingRequest.MAX_TEXT) {
            violations.add(path, "length", "expected 1 to " + EmbeddingRequest.MAX_TEXT + " characters");
        }
        return text;
    }

    private static Object written(List<Double> vector, EmbeddingsRequest.Encoding encoding) {
        if (vector.size() > EmbeddingAnswer.MAX_DIMENSIONS) {
            throw SoniaException.of(ErrorCode.DEPENDENCY_FAILED);
        }
        return switch (encoding) {
            case FLOAT -> vector;
            case BASE64 -> {
                ByteBuffer bytes =
                        ByteBuffer.allocate(vector.size() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                vector.forEach(each -> bytes.putFloat(each.floatValue()));
                yield Base64.getEncoder().encodeToString(bytes.array());
            }
        };
    }
}
