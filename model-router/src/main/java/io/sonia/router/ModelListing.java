package io.sonia.router;

import io.sonia.contracts.router.Capability;
import io.sonia.contracts.router.ModelEntry;
import io.sonia.kernel.json.Json;
import java.net.URI;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Asks a server which models it serves. */
sealed interface ModelListing {

    int MAX_BODY = 8 * 1024 * 1024;
    int MAX_MODELS = 2000;

    List<ModelEntry> models(Map<String, String> headers, Patience patience);

    /**
     * {@code GET models} as OpenAI has it. What some servers add is read too: OpenRouter's context length, modalities
     * and parameters, vLLM's {@code max_model_len}. Where a server says nothing of capabilities, the settings do.
     */
    record OpenAi(URI base, ModelHttp http, List<Capability> configured) implements ModelListing {

        @Override
        public List<ModelEntry> models(Map<String, String> headers, Patience patience) {
            Map<String, @Nullable Object> answer = fetch(http, base.resolve("models"), headers, patience);
            List<ModelEntry> models = new ArrayList<>();
            for (Object item : Answers.list(answer.get("data"))) {
                Map<?, ?> model = Answers.map(item);
                String name = Answers.text(model.get("id"));
                if (!name.isEmpty() && models.size() < MAX_MODELS) {
                    Integer length = Answers.count(model.get("context_length"));
                    Integer served = Answers.count(model.get("max_model_len"));
                    models.add(new ModelEntry(name, capabilities(model), length == null ? served : length));
                }
            }
            return models;
        }

        private List<Capability> capabilities(Map<?, ?> model) {
            List<?> parameters = Answers.list(model.get("supported_parameters"));
            List<?> inputs = Answers.list(Answers.map(model.get("architecture")).get("input_modalities"));
            if (parameters.isEmpty() && inputs.isEmpty()) {
                return configured;
            }
            Set<Capability> said = EnumSet.of(Capability.CHAT);
            if (parameters.contains("tools")) {
                said.add(Capability.TOOLS);
            }
            if (inputs.contains("image")) {
                said.add(Capability.VISION);
            }
            return List.copyOf(said);
        }
    }

    /** Ollama's own listing, which knows what each model can do; asked once for each version of a model. */
    record Ollama(URI base, ModelHttp http, Map<String, ModelEntry> known) implements ModelListing {

        private static final int MAX_SHOWN = 100;

        Ollama(URI base, ModelHttp http) {
            this(base, http, new ConcurrentHashMap<>());
        }

        @Override
        public List<ModelEntry> models(Map<String, String> headers, Patience patience) {
            Map<String, @Nullable Object> answer = fetch(http, base.resolve("/api/tags"), headers, patience);
            List<ModelEntry> models = new ArrayList<>();
            for (Object item : Answers.list(answer.get("models"))) {
                Map<?, ?> model = Answers.map(item);
                String name = Answers.text(model.get("name"));
                String version = name + " " + Answers.text(model.get("digest"));
                if (!name.isEmpty() && models.size() < MAX_SHOWN) {
                    ModelEntry entry = known.get(version);
                    models.add(entry == null ? show(name, version, headers, patience) : entry);
                }
            }
            return models.stream()
                    .filter(each -> !each.capabilities().isEmpty())
                    .toList();
        }

        private ModelEntry show(String name, String version, Map<String, String> headers, Patience patience) {
            byte[] question = Json.bytes(Map.of("model", name));
            try (ModelResponse response = http.post(base.resolve("/api/show"), headers, question, patience)) {
                ModelEntry entry = entry(name, read(response));
                if (known.size() > MAX_SHOWN) {
                    known.clear();
                }
                known.put(version, entry);
                return entry;
            }
        }

        private static ModelEntry entry(String name, Map<String, @Nullable Object> shown) {
            List<?> can = Answers.list(shown.get("capabilities"));
            Set<Capability> capabilities = EnumSet.noneOf(Capability.class);
            // Servers before 0.6.4 do not tell capabilities; all their models chat.
            if (can.isEmpty() || can.contains("completion")) {
                capabilities.add(Capability.CHAT);
            }
            if (can.contains("tools")) {
                capabilities.add(Capability.TOOLS);
            }
            if (can.contains("vision")) {
                capabilities.add(Capability.VISION);
            }
            if (can.contains("embedding")) {
                capabilities.add(Capability.EMBEDDINGS);
            }
            Map<?, ?> facts = Answers.map(shown.get("model_info"));
            Object length = facts.get(Answers.text(facts.get("general.architecture")) + ".context_length");
            return new ModelEntry(name, List.copyOf(capabilities), Answers.count(length));
        }
    }

    /** Anthropic's listing, newest model first; all its models chat, use tools and see. */
    record Anthropic(URI base, ModelHttp http, List<Capability> configured) implements ModelListing {

        @Override
        public List<ModelEntry> models(Map<String, String> headers, Patience patience) {
            Map<String, @Nullable Object> answer = fetch(http, base.resolve("v1/models?limit=100"), headers, patience);
            return Answers.list(answer.get("data")).stream()
                    .map(item -> Answers.text(Answers.map(item).get("id")))
                    .filter(name -> !name.isEmpty())
                    .map(name -> new ModelEntry(name, configured, null))
                    .toList();
        }
    }

    private static Map<String, @Nullable Object> fetch(
            ModelHttp http, URI uri, Map<String, String> headers, Patience patience) {
        try (ModelResponse response = http.get(uri, headers, patience)) {
            return read(response);
        }
    }

    private static Map<String, @Nullable Object> read(ModelResponse response) {
        if (response.status() != 200) {
            throw Refusal.of(response.status(), response.whole(Refusal.MAX_BODY))
                    .failure();
        }
        return Answers.object(response.whole(MAX_BODY));
    }
}
