package io.sonia.kernel.http;

import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
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
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

/** A real server on a free port with its own issuer of keys; audit and stored answers are kept in memory. */
final class TestServer implements AutoCloseable, IdempotencyRecords {

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    final List<AuditEvent> audited = new CopyOnWriteArrayList<>();
    final BlockingQueue<RequestLog.Finished> finished = new LinkedBlockingQueue<>();
    final Map<String, StoredReply> stored = new ConcurrentHashMap<>();
    final Credential operator;
    final Credential observer;
    final Map<ServiceName, Credential> services = new EnumMap<>(ServiceName.class);
    private final ServiceServer server;
    private final Verifiers verifiers;
    private final KeyPair keys = Ed25519.newKeyPair();
    private final List<Verifier> principals = new ArrayList<>();
    private int generation;

    /** @param sections settings beside those of the port */
    TestServer(Path folder, List<Route<?>> routes, List<SocketRoute> sockets, Map<String, ?> sections)
            throws IOException {
        Clock clock = Clock.system();
        Ids ids = new Ids(new SecureRandom());
        Path config = folder.resolve("sonia-config.json");
        Map<String, Object> all = new LinkedHashMap<>(sections);
        all.put("services", Map.of("api-gateway", Map.of("port", 0)));
        Files.write(config, Json.bytes(all));
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
        operator = issue(Credential.Kind.PERSON, "usr_operator", Role.OPERATOR, ids, clock, principals);
        observer = issue(Credential.Kind.PERSON, "usr_observer", Role.OBSERVER, ids, clock, principals);
        for (ServiceName service : ServiceName.values()) {
            services.put(
                    service, issue(Credential.Kind.SERVICE, service.wireName(), Role.SERVICE, ids, clock, principals));
        }
        verifiers = new Verifiers(keys.getPublic(), clock, Duration.ofMinutes(5));
        publish(clock);
        server = new ServiceServer(
                new ServiceServer.Parts(
                        ServiceName.API_GATEWAY,
                        settings,
                        clock,
                        ids,
                        new Hlc(clock),
                        verifiers,
                        audited::add,
                        this,
                        KeyClaims.ALONE,
                        Buckets.BOTTOMLESS,
                        new RequestLog() {
                            @Override
                            public void begun() {}

                            @Override
                            public void finished(Finished request) {
                                finished.add(request);
                            }
                        },
                        BrowserKeys.NONE),
                routes,
                sockets);
        server.start();
    }

    private void publish(Clock clock) {
        generation++;
        verifiers.accept(VerifierSet.sign(
                generation, clock.now(), principals, Ed25519.keyId(keys.getPublic()), keys.getPrivate()));
    }

    /** From now on the operator's key is worth nothing. */
    void revokeOperator() {
        principals.removeIf(each -> each.role() == Role.OPERATOR);
        publish(Clock.system());
    }

    /** From now on the operator is an observer. */
    void demoteOperator() {
        principals.replaceAll(each -> new Verifier(
                each.publicId(),
                each.hash(),
                each.actorId(),
                each.role() == Role.OPERATOR ? Role.OBSERVER : each.role(),
                each.kind(),
                each.notBefore(),
                each.notAfter()));
        publish(Clock.system());
    }

    /** The operator's key ends by itself after this time. */
    void endOperator(Duration after) {
        principals.replaceAll(each -> new Verifier(
                each.publicId(),
                each.hash(),
                each.actorId(),
                each.role(),
                each.kind(),
                each.notBefore(),
                each.role() == Role.OPERATOR ? Clock.system().now().plus(after) : each.notAfter()));
        publish(Clock.system());
    }

    private static Credential issue(
            Credential.Kind kind, String actor, Role role, Ids ids, Clock clock, List<Verifier> into) {
        Credential credential = Credential.issue(kind, ids);
        into.add(new Verifier(
                credential.publicId(),
                credential.hash(),
                actor,
                role,
                kind,
                clock.now().minusSeconds(1),
                clock.now().plusSeconds(3600)));
        return credential;
    }

    @Override
    public KeyRecord look(IdempotencyKey key) {
        StoredReply reply = stored.get(key.key());
        return reply == null ? new KeyRecord.Absent(false) : new KeyRecord.Answered(reply, null, true);
    }

    /** Requests that wait for their turn. */
    int waiting() {
        return server.load().waiting();
    }

    int port() {
        return server.port();
    }

    /** Sends a request; {@code headers} are name and value by turns. */
    HttpResponse<String> send(String method, String path, String body, String... headers) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .timeout(Duration.ofSeconds(20))
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        try {
            return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    HttpResponse<String> asOperator(String method, String path, String body, String... headers) throws IOException {
        String[] all = new String[headers.length + 4];
        all[0] = "Authorization";
        all[1] = "Bearer " + operator.text();
        all[2] = "Content-Type";
        all[3] = "application/json";
        System.arraycopy(headers, 0, all, 4, headers.length);
        return send(method, path, body, all);
    }

    static String code(HttpResponse<String> response) {
        return Json.parseObject(response.body()).get("error") instanceof Map<?, ?> error
                ? String.valueOf(error.get("code"))
                : "OK";
    }

    @Override
    public void close() {
        server.close();
    }
}
