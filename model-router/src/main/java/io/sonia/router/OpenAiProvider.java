package io.sonia.router;

import io.sonia.contracts.router.ModelEntry;
import io.sonia.kernel.Ids;
import io.sonia.router.OpenAiRequest.Parameter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * A server with OpenAI's chat completions and embeddings: Ollama, vLLM, llama.cpp, LM Studio, OpenRouter and many more. Servers differ
 * in the parameters they refuse; a refused one is left out from then on.
 */
final class OpenAiProvider implements Provider {

    private static final int MAX_WHOLE = 4 * 1024 * 1024;
    private static final int MAX_VECTORS = 8 * 1024 * 1024;
    private static final String DONE = "[DONE]";

    private final URI base;
    private final ModelHttp http;
    private final Ids ids;
    private final ProviderKey key;
    private final ModelListing listing;
    private final Map<String, Set<Parameter>> refused = new ConcurrentHashMap<>();

    OpenAiProvider(URI base, ModelHttp http, Ids ids, ProviderKey key, ModelListing listing) {
        this.base = base;
        this.http = http;
        this.ids = ids;
        this.key = key;
        this.listing = listing;
    }

    @Override
    public List<ModelEntry> models(Patience patience) {
        key.refresh();
        return listing.models(headers(), patience);
    }

    @Override
    public ModelEnd chat(ModelCall call, Consumer<ModelEvent> content) {
        ToolNames names = new ToolNames(call.tools());
        Set<Parameter> without = refused.getOrDefault(call.model(), Set.of());
        URI uri = base.resolve("chat/completions");
        while (true) {
            byte[] body = OpenAiRequest.body(call, names, without);
            try (ModelResponse response = http.post(uri, headers(), body, call.patience())) {
                if (response.status() == 200) {
                    return read(response, new OpenAiStream(names, ids, content), call.patience());
                }
                Refusal refusal = Refusal.of(response.status(), response.whole(Refusal.MAX_BODY));
                without = withAlso(without, refusal);
                refused.put(call.model(), without);
            }
        }
    }

    @Override
    public Embedded embed(EmbeddingCall call) {
        URI uri = base.resolve("embeddings");
        try (ModelResponse response = http.post(uri, headers(), OpenAiEmbeddings.body(call), call.patience())) {
            if (response.status() != 200) {
                throw Refusal.of(response.status(), response.whole(Refusal.MAX_BODY))
                        .failure();
            }
            return OpenAiEmbeddings.read(
                    Answers.object(response.whole(MAX_VECTORS)), call.texts().size());
        }
    }

    /** The parameters to leave out after this refusal; throws it if leaving out more would not help. */
    private static Set<Parameter> withAlso(Set<Parameter> without, Refusal refusal) {
        Set<Parameter> more = EnumSet.noneOf(Parameter.class);
        more.addAll(without);
        for (Parameter each : Parameter.values()) {
            if (each.refusedBy(refusal)) {
                more.add(each);
            }
        }
        if (more.size() == without.size()) {
            throw refusal.failure();
        }
        return Set.copyOf(more);
    }

    private static ModelEnd read(ModelResponse response, OpenAiStream stream, Patience patience) {
        if (!response.eventStream()) {
            stream.take(Answers.object(response.whole(MAX_WHOLE)));
            return stream.end();
        }
        for (byte[] data = response.nextData(); data != null && !done(data); data = response.nextData()) {
            if (stream.take(Answers.object(data))) {
                patience.progress();
            }
        }
        response.drain();
        return stream.end();
    }

    private static boolean done(byte[] data) {
        return data.length == DONE.length() && new String(data, StandardCharsets.US_ASCII).equals(DONE);
    }

    private Map<String, String> headers() {
        return key.current()
                .map(each -> Map.of("Authorization", "Bearer " + each))
                .orElse(Map.of());
    }
}
