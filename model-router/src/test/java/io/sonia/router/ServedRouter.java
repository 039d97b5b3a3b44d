package io.sonia.router;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.Installation;
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
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.KeyClaims;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import io.sonia.kernel.http.Peers;
import io.sonia.kernel.http.RequestLog;
import io.sonia.kernel.http.ServiceServer;
import io.sonia.kernel.identity.Credential;
import io.sonia.kernel.identity.Ed25519;
import io.sonia.kernel.identity.Role;
import io.sonia.kernel.identity.Verifier;
import io.sonia.kernel.identity.VerifierSet;
import io.sonia.kernel.identity.Verifiers;
import io.sonia.kernel.logging.ServiceLog;
import io.sonia.kernel.metrics.Metrics;
import io.sonia.kernel.settings.AuthConfig;
import io.sonia.kernel.settings.HttpConfig;
import io.sonia.kernel.settings.IdempotencyConfig;
import io.sonia.kernel.settings.RateLimitConfig;
import io.sonia.kernel.settings.ServicesConfig;
import io.sonia.kernel.settings.Settings;
import io.sonia.testkit.Audits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The whole service on a free port, as the api-gateway calls it. */
final class ServedRouter implements AutoCloseable {

    final RouterModule module;
    final Journal journal;
    private final Home home;
    private final Clock clock = Clock.system();
    private final Ids ids = new Ids(new SecureRandom());
    private final Timers timers = new Timers(clock, (name, failure) -> {});
    private final ServiceServer server;
    private final Peer peer;

    ServedRouter(Path folder, String routerJson) throws IOException {
        home = new Home(folder);
        Installation.ensure(home, ids);
        Path config = folder.resolve("sonia-config.json");
        Files.writeString(
                config,
                "{\"services\":{\"model-router\":{\"port\":0}},\"rate_limit\":{\"service_per_second\":1000000,"
                        + "\"service_burst\":1000000},\"model_router\":" + routerJson.replace('\'', '"') + "}");
        Settings settings = Settings.load(
                config,
                Map.of("SONIA_MODEL_ROUTER__PROVIDERS__OLLAMA__BASE_URL", "http://127.0.0.1:1/v1"),
                List.of(
                        ServicesConfig.SECTION,
                        HttpConfig.SECTION,
                        AuthConfig.SECTION,
                        RateLimitConfig.SECTION,
                        IdempotencyConfig.SECTION,
                        RouterConfig.SECTION),
                clock);
        Hlc hlc = new Hlc(clock);
        KeyPair keys = Ed25519.newKeyPair();
        Credential gateway = Credential.issue(Credential.Kind.SERVICE, ids);
        Verifiers verifiers = new Verifiers(keys.getPublic(), clock, Duration.ofMinutes(5));
        verifiers.accept(VerifierSet.sign(
                1, clock.now(), List.of(verifier(gateway)), Ed25519.keyId(keys.getPublic()), keys.getPrivate()));
        journal = SqliteJournal.open(
                home.database(ServiceName.MODEL_ROUTER),
                ServiceName.MODEL_ROUTER,
                RouterModule.DEFINITION.migrations(),
                clock,
                hlc,
                JournalOptions.of(detail -> detail, reason -> {}));
        Peers peers = new Peers(Map.of(), hlc, () -> "");
        module = (RouterModule) RouterModule.DEFINITION
                .factory()
                .apply(new ServiceParts(
                        ServiceName.MODEL_ROUTER,
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
                        Audits.unsigned(ServiceName.MODEL_ROUTER, journal, home, clock, ids)));
        server = new ServiceServer(
                new ServiceServer.Parts(
                        ServiceName.MODEL_ROUTER,
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
                        BrowserKeys.NONE),
                module.routes(),
                module.sockets());
        server.start();
        module.start();
        peer = new Peer("model-router", server.port(), hlc, gateway::text);
    }

    /** A call of the api-gateway. */
    Peer.Request call(Operation operation) {
        return peer.on(
                Context.own(ServiceName.API_GATEWAY, "req_test", "olena", Duration.ofSeconds(30), ids, clock),
                operation);
    }

    /** Lets go all decisions on record but the newest. */
    void sweepDecisions(int kept) {
        new Decisions(journal, Cursors.of(home, clock), clock, ids).sweep(kept);
    }

    private Verifier verifier(Credential gateway) {
        return new Verifier(
                gateway.publicId(),
                gateway.hash(),
                ServiceName.API_GATEWAY.wireName(),
                Role.SERVICE,
                Credential.Kind.SERVICE,
                clock.now().minusSeconds(1),
                clock.now().plusSeconds(3600));
    }

    private static RequestLog quiet() {
        return new RequestLog() {
            @Override
            public void begun() {}

            @Override
            public void finished(Finished request) {}
        };
    }

    @Override
    public void close() {
        timers.close();
        server.close();
        module.close();
        journal.close();
    }
}
