package io.sonia.router;

import io.sonia.contracts.router.ModelEntry;
import io.sonia.kernel.Ids;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Anthropic's Messages API. Newer models refuse a temperature; for these it is left out. */
final class AnthropicProvider implements Provider {

    private static final String API_VERSION = "2023-06-01";

    private final URI base;
    private final ModelHttp http;
    private final Ids ids;
    private final ProviderKey key;
    private final ModelListing listing;
    private final Set<String> withoutTemperature = ConcurrentHashMap.newKeySet();

    AnthropicProvider(URI base, ModelHttp http, Ids ids, ProviderKey key, ModelListing listing) {
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
        URI uri = base.resolve("v1/messages");
        while (true) {
            boolean withTemperature = !withoutTemperature.contains(call.model());
            byte[] body = AnthropicRequest.body(call, names, withTemperature);
            try (ModelResponse response = http.post(uri, headers(), body, call.patience())) {
                if (response.status() == 200) {
                    return read(response, new AnthropicStream(names, ids, content), call.patience());
                }
                Refusal refusal = Refusal.of(response.status(), response.whole(Refusal.MAX_BODY));
                if (!withTemperature || refusal.status() != 400 || !refusal.mentions("temperature")) {
                    throw refusal.failure();
                }
                withoutTemperature.add(call.model());
            }
        }
    }

    private static ModelEnd read(ModelResponse response, AnthropicStream stream, Patience patience) {
        while (!stream.ended()) {
            byte[] data = response.nextData();
            if (data == null) {
                break;
            }
            if (stream.take(Answers.object(data))) {
                patience.progress();
            }
        }
        response.drain();
        return stream.end();
    }

    private Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("anthropic-version", API_VERSION);
        key.current().ifPresent(each -> headers.put("x-api-key", each));
        return headers;
    }
}
