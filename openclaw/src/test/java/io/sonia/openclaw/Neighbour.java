package io.sonia.openclaw;

import io.sonia.kernel.Clock;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.http.BrowserKeys;
import io.sonia.kernel.http.Buckets;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.http.IdempotencyRecords;
import io.sonia.kernel.http.KeyClaims;
import io.sonia.kernel.http.KeyRecord;
import io.sonia.kernel.http.RequestLog;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.http.ServiceServer;
import io.sonia.kernel.identity.Credential;
import io.sonia.kernel.identity.Ed25519;
import io.sonia.kernel.identity.Role;
import io.sonia.kernel.identity.Verifier;
import io.sonia.kernel.identity.VerifierSet;
import io.sonia.kernel.identity.Verifiers;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.settings.AuthConfig;
import io.sonia.kernel.settings.HttpConfig;
import io.sonia.kernel.settings.IdempotencyConfig;
import io.sonia.kernel.settings.RateLimitConfig;
import io.sonia.kernel.settings.ServicesConfig;
import io.sonia.kernel.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Another service of the house behind the real server; it knows the executor's token and nobody else's. */
final class Neighbour implements AutoCloseable, IdempotencyRecords {

    private static final RequestLog NO_LOG = new RequestLog() {
        @Override
        public void begun() {}

        @Override
        public void finished(Finished request) {}
    };

    private final ServiceServer server;

    /** Serves at once; port 0 is any free one. */
    Neighbour(ServiceName service, int port, Credential executor, Path folder, List<Route<?>> routes)
            throws IOException {
        Clock clock = Clock.system();
        Path config = folder.resolve(service.wireName() + ".json");
        Files.write(config, Json.bytes(Map.of("services", Map.of(service.wireName(), Map.of("port", port)))));
        Settings settings = Settings.load(
                config,
                Map.of(),
                List.of(
                        ServicesConfig.SECTION,
                        HttpConfig.SECTION,
                        AuthConfig.SECTION,
                        RateLimitConfig.SECTION,
                        IdempotencyConfig.SECTION),
                clock);
        server = new ServiceServer(
                new ServiceServer.Parts(
                        service,
                        settings,
                        clock,
                        new Ids(new SecureRandom()),
                        new Hlc(clock),
                        knowing(executor, clock),
                        event -> {},
                        this,
                        KeyClaims.ALONE,
                        Buckets.BOTTOMLESS,
                        NO_LOG,
                        BrowserKeys.NONE),
                routes,
                List.of());
        server.start();
    }

    private static Verifiers knowing(Credential executor, Clock clock) {
        KeyPair keys = Ed25519.newKeyPair();
        Verifier openclaw = new Verifier(
                executor.publicId(),
                executor.hash(),
                ServiceName.OPENCLAW.wireName(),
                Role.SERVICE,
                Credential.Kind.SERVICE,
                clock.now().minusSeconds(1),
                clock.now().plusSeconds(3600));
        Verifiers verifiers = new Verifiers(keys.getPublic(), clock, Duration.ofHours(1));
        verifiers.accept(VerifierSet.sign(
                1, clock.now(), List.of(openclaw), Ed25519.keyId(keys.getPublic()), keys.getPrivate()));
        return verifiers;
    }

    int port() {
        return server.port();
    }

    @Override
    public KeyRecord look(IdempotencyKey key) {
        return new KeyRecord.Absent(false);
    }

    @Override
    public void close() {
        server.close();
    }
}
