package io.sonia.router;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.router.ChatAnswer;
import io.sonia.contracts.router.ChatMessage;
import io.sonia.contracts.router.ChatRequest;
import io.sonia.contracts.router.ToolSpec;
import io.sonia.journal.Journal;
import io.sonia.journal.JournalOptions;
import io.sonia.journal.SqliteJournal;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SecretFile;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.Threads;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.EventStream;
import io.sonia.kernel.http.Handler;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.metrics.Metrics;
import io.sonia.kernel.settings.Live;
import io.sonia.kernel.settings.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A router with a real journal and real HTTP to its providers, used through its routes' handlers. */
final class House implements AutoCloseable {

    static final ToolSpec READ = new ToolSpec(
            "file.read",
            "Reads a file",
            Map.of("type", "object", "properties", Map.of("path", Map.of("type", "string"))));

    final Home home;
    final Settings settings;
    final Providers providers;
    final Routing routing;
    final Budgets budgets;
    final Quarantines quarantines;
    final Chats chats;
    final RouterRoutes routes;
    final Decisions decisions;
    final RouteQueries queries;
    private final BackendRoutes backends;
    private final Embeddings embeddings;
    final Journal journal;
    final Metrics metrics = new Metrics();
    private final Clock clock;
    private final Ids ids = new Ids(new SecureRandom());
    private final ModelHttp http = new ModelHttp();

    /** An event a reader was sent. */
    record Event(String name, Map<String, @Nullable Object> data) {}

    /**
     * A house in a folder.
     *
     * @param routerJson the section model_router, with ' for "; the default ollama is where nothing listens
     */
    House(Path root, String routerJson) {
        this(root, routerJson, "http://127.0.0.1:1/v1");
    }

    House(Path root, String routerJson, String ollama) {
        this(root, routerJson, ollama, body -> Threads.virtual("probe", body));
    }

    House(Path root, String routerJson, String ollama, Executor background) {
        this(root, routerJson, ollama, background, Clock.system());
    }

    House(Path root, String routerJson, String ollama, Executor background, Clock clock) {
        this.clock = clock;
        this.home = new Home(root);
        write(home.configFile(), "{\"model_router\":" + routerJson.replace('\'', '"') + "}");
        this.settings = Settings.load(
                home.configFile(),
                Map.of("SONIA_MODEL_ROUTER__PROVIDERS__OLLAMA__BASE_URL", ollama),
                List.of(RouterConfig.SECTION),
                clock);
        Live<RouterConfig> config = settings.live(RouterConfig.SECTION);
        this.providers = new Providers(config, home, http, clock, ids, background);
        this.journal = SqliteJournal.open(
                home.database(ServiceName.MODEL_ROUTER),
                ServiceName.MODEL_ROUTER,
                RouterTables.MIGRATIONS,
                clock,
                new Hlc(clock),
                JournalOptions.of(detail -> detail, reason -> {}));
        this.quarantines = new Quarantines(config, journal, clock);
        this.routing = new Routing(config, providers, quarantines);
        this.budgets = new Budgets(config, journal, clock, ids);
        ChatRun.Tools tools = new ChatRun.Tools(providers, quarantines, new CallPlaces(), config, clock);
        ChatMetrics counts = new ChatMetrics(metrics);
        this.decisions = new Decisions(journal, Cursors.of(home, clock), clock, ids);
        this.queries = new RouteQueries(routing, budgets, decisions, clock);
        this.chats = new Chats(
                routing,
                tools,
                journal,
                budgets,
                new Chats.Records(counts, decisions, new ResponseCache(clock, metrics)));
        this.embeddings = new Embeddings(routing, tools, journal, budgets, counts, decisions);
        this.backends = new BackendRoutes(providers, quarantines);
        this.routes = new RouterRoutes(chats, providers, new UsageReports(config, budgets, journal), config, clock);
    }

    static ChatRequest asking(String text, ToolSpec... tools) {
        return ChatRequest.of(List.of(ChatMessage.user(text)), List.of(tools), null);
    }

    void rewrite(String routerJson) {
        write(home.configFile(), "{\"model_router\":" + routerJson.replace('\'', '"') + "}");
        settings.reload();
    }

    void key(String provider, String key) {
        try {
            SecretFile.createFolder(home.providerKey(provider).getParent());
            SecretFile.write(home.providerKey(provider), key.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Looks at every provider, now. */
    House probed() {
        providers.all().forEach(ProviderEntry::probe);
        return this;
    }

    ChatAnswer chat(ChatRequest request) {
        return (ChatAnswer) answer(Operation.MODEL_CHAT, request, Map.of());
    }

    /** Streams a call and returns its events. */
    List<Event> stream(ChatRequest request) {
        List<Event> events = new ArrayList<>();
        Reply reply = handle(call(Operation.MODEL_CHAT, request, Map.of(), true, Duration.ofSeconds(60), null));
        ((Reply.Events) reply).body().write(collecting(events));
        return events;
    }

    Object answer(Operation operation, Record input, Map<String, String> path) {
        return ((Reply.Enveloped) handle(call(operation, input, path, false, Duration.ofSeconds(60), null))).data();
    }

    Call<Record> call(
            Operation operation,
            Record input,
            Map<String, String> path,
            boolean events,
            Duration time,
            @Nullable IdempotencyKey key) {
        Context context = Context.own(ServiceName.API_GATEWAY, "req_test", "olena", time, ids, clock);
        return new Call<>(operation, input, path, Map.of(), context, key, events, null);
    }

    @SuppressWarnings("unchecked") // the route's own input type
    Reply handle(Call<Record> call) {
        Route<?> route = Stream.of(
                        routes.list(), queries.list(), chats.running().list(), backends.list(), embeddings.list())
                .<Route<?>>flatMap(List::stream)
                .filter(each -> each.operation() == call.operation())
                .findFirst()
                .orElseThrow();
        Reply reply = ((Handler<Record>) route.handler()).handle(call);
        return reply instanceof Reply.Awaited awaited ? awaited.answer().get() : reply;
    }

    static EventStream collecting(List<Event> events) {
        return new EventStream() {
            @Override
            public void send(long id, String event, Object data) {
                send(event, data);
            }

            @Override
            public void send(String event, Object data) {
                events.add(new Event(event, Json.parseObject(Json.bytes(data))));
            }

            @Override
            public void keepAlive() {}
        };
    }

    @Override
    public void close() {
        http.close();
        journal.close();
    }

    private static void write(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
