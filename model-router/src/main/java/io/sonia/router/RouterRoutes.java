package io.sonia.router;

import io.sonia.contracts.router.ChatAnswer;
import io.sonia.contracts.router.ChatEvent;
import io.sonia.contracts.router.ChatRequest;
import io.sonia.contracts.router.ModelEntry;
import io.sonia.contracts.router.ModelList;
import io.sonia.contracts.router.ProfileList;
import io.sonia.contracts.router.ProviderList;
import io.sonia.contracts.router.ProviderModels;
import io.sonia.contracts.router.RouteDecision;
import io.sonia.contracts.router.ToolCall;
import io.sonia.contracts.router.UsageQuery;
import io.sonia.contracts.router.UsageReport;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.EventStream;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.settings.Live;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The HTTP addresses of the model router. */
final class RouterRoutes {

    private final Chats chats;
    private final Providers providers;
    private final UsageReports usage;
    private final Live<RouterConfig> config;
    private final Clock clock;

    RouterRoutes(Chats chats, Providers providers, UsageReports usage, Live<RouterConfig> config, Clock clock) {
        this.chats = chats;
        this.providers = providers;
        this.usage = usage;
        this.config = config;
        this.clock = clock;
    }

    List<Route<?>> list() {
        return List.of(
                Route.of(Operation.MODEL_CHAT, ChatRequest.class, ChatAnswer.class, this::chat),
                Route.of(Operation.PROVIDERS, ProviderList.class, this::providers),
                Route.of(Operation.MODELS, ModelList.class, this::models),
                Route.of(Operation.MODELS_OF, ProviderModels.class, this::modelsOf),
                Route.of(Operation.PROFILES, ProfileList.class, this::profiles),
                Route.of(Operation.USAGE, UsageQuery.class, UsageReport.class, usage::usage));
    }

    private Reply chat(Call<ChatRequest> call) {
        Plan plan = chats.plan(call.input());
        ChatStop stop = new ChatStop();
        return call.wantsEvents()
                ? new Reply.Events(stream -> stream(call, plan, stream, stop), stop::request)
                : new Reply.Awaited(() -> Reply.ok(chats.chat(call, plan, ChatReader.NONE, stop)), stop::request);
    }

    private void stream(Call<ChatRequest> call, Plan plan, EventStream stream, ChatStop stop) {
        try {
            stream.send(ChatEvent.FINAL, chats.chat(call, plan, reader(stream), stop));
        } catch (SoniaException e) {
            stream.send(ChatEvent.ERROR, ChatEvent.Failed.of(e));
        }
        stream.send(ChatEvent.DONE, new ChatEvent.Done());
    }

    private static ChatReader reader(EventStream stream) {
        return new ChatReader() {
            @Override
            public void selected(RouteDecision decision) {
                stream.send(ChatEvent.ROUTE_SELECTED, new ChatEvent.RouteSelected(decision));
            }

            @Override
            public void delta(int index, String text) {
                stream.send(ChatEvent.DELTA, new ChatEvent.Delta(index, text));
            }

            @Override
            public void toolCall(ToolCall call) {
                stream.send(ChatEvent.TOOL_CALL, call);
            }

            @Override
            public void waiting() {
                stream.keepAlive();
            }
        };
    }

    private Reply providers(Call<Empty> call) {
        Map<String, ProviderList.Provider> described = new LinkedHashMap<>();
        List<String> active = new ArrayList<>();
        for (ProviderEntry entry : providers.all()) {
            described.put(entry.name(), entry.described());
            if (entry.available()) {
                active.add(entry.name());
            }
        }
        return Reply.ok(new ProviderList(described, active));
    }

    private Reply models(Call<Empty> call) {
        Map<String, List<ModelEntry>> models = new LinkedHashMap<>();
        int total = 0;
        Instant oldest = clock.now();
        for (ProviderEntry entry : providers.all()) {
            if (entry.available()) {
                models.put(entry.name(), entry.models());
                total += entry.models().size();
                Instant listed = entry.listed().asOf();
                oldest = listed != null && listed.isBefore(oldest) ? listed : oldest;
            }
        }
        return Reply.ok(new ModelList(models, total, oldest));
    }

    private Reply modelsOf(Call<Empty> call) {
        String name = call.path("provider");
        return providers
                .find(name)
                .map(entry -> Reply.ok(entry.listed()))
                .orElseThrow(() -> SoniaException.of(ErrorCode.NOT_FOUND, "No provider has that name"));
    }

    private Reply profiles(Call<Empty> call) {
        Map<String, ProfileList.Profile> described = new LinkedHashMap<>();
        config.get().profiles().forEach((name, profile) -> described.put(name, profile.described(name)));
        return Reply.ok(new ProfileList(described));
    }
}
