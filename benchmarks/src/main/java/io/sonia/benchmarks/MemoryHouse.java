package io.sonia.benchmarks;

import io.sonia.contracts.ServiceDefinition;
import io.sonia.contracts.ServiceModule;
import io.sonia.contracts.ServiceParts;
import io.sonia.journal.Journal;
import io.sonia.journal.JournalOptions;
import io.sonia.journal.SqliteJournal;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.Timers;
import io.sonia.kernel.http.BrowserKeys;
import io.sonia.kernel.http.Buckets;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Handler;
import io.sonia.kernel.http.KeyClaims;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peers;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.RequestLog;
import io.sonia.kernel.http.ServiceServer;
import io.sonia.kernel.identity.Credential;
import io.sonia.kernel.identity.Ed25519;
import io.sonia.kernel.identity.Role;
import io.sonia.kernel.identity.Verifier;
import io.sonia.kernel.identity.VerifierSet;
import io.sonia.kernel.identity.Verifiers;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.logging.ServiceLog;
import io.sonia.kernel.metrics.Metrics;
import io.sonia.kernel.settings.AuthConfig;
import io.sonia.kernel.settings.HttpConfig;
import io.sonia.kernel.settings.IdempotencyConfig;
import io.sonia.kernel.settings.RateLimitConfig;
import io.sonia.kernel.settings.Section;
import io.sonia.kernel.settings.ServicesConfig;
import io.sonia.kernel.settings.Settings;
import io.sonia.memory.MemoryModule;
import io.sonia.router.RouterModule;
import io.sonia.testkit.Audits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The memory engine in this process, asked without HTTP, and with a provider of embeddings the model router before it,
 * asked over HTTP as ever.
 */
final class MemoryHouse implements AutoCloseable {

    /** A server with OpenAI's embeddings, and the model to ask it for. */
    record Provider(String baseUrl, String model) {}

    private final Path folder;
    private final Clock clock;
    private final Ids ids = new Ids(new SecureRandom());
    private final Timers timers;
    private final List<Runnable> ends = new ArrayList<>();
    private final ServiceModule memory;

    MemoryHouse(Path folder, Clock clock, @Nullable Provider provider) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.clock = clock;
        this.timers = new Timers(clock, (name, failure) -> {});
        ends.add(timers::close);
        Settings settings = settings(provider);
        KeyPair keys = Ed25519.newKeyPair();
        Credential own = Credential.issue(Credential.Kind.SERVICE, ids);
        Verifiers verifiers = new Verifiers(keys.getPublic(), clock, Duration.ofDays(400));
        verifiers.accept(VerifierSet.sign(
                1, clock.now(), List.of(verifier(own)), Ed25519.keyId(keys.getPublic()), keys.getPrivate()));
        Map<ServiceName, Integer> ports = new HashMap<>(Map.of(ServiceName.EVA_OS, 1));
        if (provider != null) {
            ports.put(ServiceName.MODEL_ROUTER, served(RouterModule.DEFINITION, settings, verifiers));
        }
        Peers peers = new Peers(ports, new Hlc(clock), own::text);
        this.memory = module(MemoryModule.DEFINITION, settings, peers, verifiers, journal(MemoryModule.DEFINITION));
        ends.add(memory::close);
        memory.start();
    }

    private Settings settings(@Nullable Provider provider) throws IOException {
        Map<String, Object> config = new HashMap<>();
        config.put("services", Map.of("model-router", Map.of("port", 0)));
        config.put("rate_limit", Map.of("service_per_second", 1_000_000, "service_burst", 1_000_000));
        if (provider != null) {
            config.put("memory_engine", Map.of("embedding_model", "bench/" + provider.model()));
            Map<String, Object> bench = Map.of("base_url", provider.baseUrl(), "model", provider.model());
            Map<String, Object> nowhere = Map.of("base_url", "http://127.0.0.1:1/v1");
            config.put("model_router", Map.of("providers", Map.of("bench", bench, "ollama", nowhere)));
        }
        Path file = folder.resolve("sonia-config.json");
        Files.write(file, Json.bytes(config));
        List<Section<?>> sections = new ArrayList<>(List.of(
                ServicesConfig.SECTION,
                HttpConfig.SECTION,
                AuthConfig.SECTION,
                RateLimitConfig.SECTION,
                IdempotencyConfig.SECTION));
        sections.addAll(RouterModule.DEFINITION.sections());
        sections.addAll(MemoryModule.DEFINITION.sections());
        return Settings.load(file, Map.of(), sections, clock);
    }

    private Verifier verifier(Credential own) {
        return new Verifier(
                own.publicId(),
                own.hash(),
                ServiceName.MEMORY_ENGINE.wireName(),
                Role.SERVICE,
                Credential.Kind.SERVICE,
                clock.now().minus(Duration.ofDays(400)),
                clock.now().plus(Duration.ofDays(400)));
    }

    private Journal journal(ServiceDefinition definition) {
        Path file = new Home(folder).database(definition.name());
        Journal journal = SqliteJournal.open(
                file,
                definition.name(),
                definition.migrations(),
                clock,
                new Hlc(clock),
                JournalOptions.of(detail -> detail, System.err::println));
        ends.add(journal::close);
        return journal;
    }

    private ServiceModule module(
            ServiceDefinition definition, Settings settings, Peers peers, Verifiers verifiers, Journal journal) {
        Home home = new Home(folder);
        return definition
                .factory()
                .apply(new ServiceParts(
                        definition.name(),
                        home,
                        settings,
                        journal,
                        clock,
                        ids,
                        timers,
                        new Metrics(),
                        ServiceLog.NONE,
                        peers,
                        verifiers,
                        Audits.unsigned(definition.name(), journal, home, clock, ids)));
    }

    private int served(ServiceDefinition definition, Settings settings, Verifiers verifiers) throws IOException {
        Hlc hlc = new Hlc(clock);
        Journal journal = journal(definition);
        ServiceModule module =
                module(definition, settings, new Peers(Map.of(), hlc, () -> ""), verifiers, journal);
        ends.add(module::close);
        ServiceServer.Parts parts = new ServiceServer.Parts(
                definition.name(),
                settings,
                clock,
                ids,
                hlc,
                verifiers,
                journal,
                journal,
                KeyClaims.ALONE,
                Buckets.BOTTOMLESS,
                quiet(),
                BrowserKeys.NONE);
        ServiceServer server = new ServiceServer(parts, module.routes(), module.sockets());
        ends.add(server::close);
        server.start();
        module.start();
        return server.port();
    }

    private static RequestLog quiet() {
        return new RequestLog() {
            @Override
            public void begun() {}

            @Override
            public void finished(Finished request) {}
        };
    }

    /** The data of the answer to a request. */
    <O> O ask(Operation operation, Record input, Class<O> type) {
        Context context =
                Context.own(ServiceName.API_GATEWAY, ids.next("req_"), "usr_bench", Duration.ofMinutes(1), ids, clock);
        Call<Record> call = new Call<>(operation, input, Map.of(), Map.of(), context, null, false, null);
        return type.cast(((Reply.Enveloped) handler(operation).handle(call)).data());
    }

    @SuppressWarnings("unchecked") // the route's own input type
    private Handler<Record> handler(Operation operation) {
        return (Handler<Record>) memory.routes().stream()
                .filter(each -> each.operation() == operation)
                .findFirst()
                .orElseThrow()
                .handler();
    }

    /** The bytes of the memory's store. */
    long bytes() throws IOException {
        return Files.size(new Home(folder).database(ServiceName.MEMORY_ENGINE));
    }

    @Override
    public void close() {
        ends.reversed().forEach(Runnable::run);
    }
}
