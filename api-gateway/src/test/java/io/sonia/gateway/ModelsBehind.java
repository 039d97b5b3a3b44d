package io.sonia.gateway;

import io.sonia.contracts.router.Capability;
import io.sonia.contracts.router.ChatCancel;
import io.sonia.contracts.router.EmbeddingAnswer;
import io.sonia.contracts.router.EmbeddingRequest;
import io.sonia.contracts.router.ModelEntry;
import io.sonia.contracts.router.ModelList;
import io.sonia.contracts.router.ProfileList;
import io.sonia.contracts.router.ProviderList;
import io.sonia.contracts.router.Usage;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import java.util.List;
import java.util.Map;

/** The one profile and the one provider with one model that are known behind the gateway. */
final class ModelsBehind {

    private ModelsBehind() {}

    static Reply cancel(Call<ChatCancel> call) {
        return Reply.ok(new ChatCancel.Cancelled("cancelled", call.input().cancelToken()));
    }

    static List<Route<?>> routes() {
        ProfileList.Profile profile = new ProfileList.Profile(
                "chat_low_latency",
                List.of("lab"),
                List.of(),
                3000,
                8192,
                new ProfileList.Retry(0, 0, 0, 1),
                List.of(Capability.CHAT),
                0);
        ModelList models = new ModelList(
                Map.of("lab", List.of(new ModelEntry("small", List.of(Capability.CHAT), 8192))), 1, Behind.TIME);
        ProviderList.Provider lab = new ProviderList.Provider(true, "lab", 1, Behind.TIME, null);
        return List.of(
                Route.of(
                        Operation.PROFILES,
                        ProfileList.class,
                        call -> Reply.ok(new ProfileList(Map.of(profile.name(), profile)))),
                Route.of(
                        Operation.PROVIDERS,
                        ProviderList.class,
                        call -> Reply.ok(new ProviderList(Map.of("lab", lab), List.of("lab")))),
                Route.of(Operation.MODELS, ModelList.class, call -> Reply.ok(models)),
                Route.of(Operation.MODEL_EMBED, EmbeddingRequest.class, EmbeddingAnswer.class, ModelsBehind::embed));
    }

    /** The vector of a text is its length and a half. */
    private static Reply embed(Call<EmbeddingRequest> call) {
        List<List<Double>> vectors = call.input().input().stream()
                .map(text -> List.of((double) text.length(), 0.5))
                .toList();
        return Reply.ok(new EmbeddingAnswer(
                "small",
                "lab",
                2,
                vectors,
                new Usage(vectors.size(), 0, null, false, false),
                Answers.text("").routeDecision()));
    }
}
