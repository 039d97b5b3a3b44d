package io.sonia.journal;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.BrowserKeys;
import io.sonia.kernel.http.Buckets;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.KeyClaims;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.RequestLog;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.http.ServiceServer;
import io.sonia.kernel.http.StoredReply;
import io.sonia.kernel.identity.Credential;
import io.sonia.kernel.identity.Ed25519;
import io.sonia.kernel.identity.Role;
import io.sonia.kernel.identity.Verifier;
import io.sonia.kernel.identity.VerifierSet;
import io.sonia.kernel.identity.Verifiers;
import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One life of a service with a journal, on a free port. One route works on its own tables, one has its effect elsewhere,
 * and one has a resource in its address.
 */
final class KeyedService implements AutoCloseable {

    /** What the routes take. */
    public record Wish(
            @Text(min = 1, max = 100) String name,
            @Default("0") @Range(max = 400_000) int size,
            @Nullable String sessionId) {}

    /** What it shares with other processes. */
    record Shared(KeyClaims claims, Buckets buckets) {}

    /** What the routes answer. */
    public record Made(String id, String name, String text) {}

    /** Who may ask, the same in each life. */
    static final class People {
        private final KeyPair issuer = Ed25519.newKeyPair();
        private final Ids ids = new Ids(new SecureRandom());
        final Credential operator = Credential.issue(Credential.Kind.PERSON, ids);
        final Credential other = Credential.issue(Credential.Kind.PERSON, ids);
        final Credential observer = Credential.issue(Credential.Kind.PERSON, ids);
    }

    /** A place where effects happen, once for each id, however often they are asked for. */
    static final class Elsewhere {
        final Set<String> effects = ConcurrentHashMap.newKeySet();
        private final AtomicInteger numbers = new AtomicInteger();
        volatile Runnable before = () -> {};
        volatile Runnable after = () -> {};
    }

    private static final Duration LONG = Duration.ofDays(400);
    private static final Made READ = new Made("tsk_0", "read", "");
    private static final int MANY = 1_000_000;

    final Journal journal;
    final BlockingQueue<RequestLog.Finished> finished = new LinkedBlockingQueue<>();
    final Verifiers verifiers;
    private final Elsewhere elsewhere;
    private final ServiceServer server;

    KeyedService(
            Path folder, Journal journal, Shared shared, People people, Elsewhere elsewhere, Map<String, ?> settings)
            throws IOException {
        this.journal = journal;
        this.elsewhere = elsewhere;
        Clock clock = new TestClock();
        this.verifiers = new Verifiers(people.issuer.getPublic(), clock, LONG);
        accept(people, 1, people.operator, people.other);
        this.server = new ServiceServer(
                new ServiceServer.Parts(
                        ServiceName.API_GATEWAY,
                        settings(folder, settings, clock),
                        clock,
                        people.ids,
                        new Hlc(clock),
                        verifiers,
                        journal,
                        journal,
                        shared.claims(),
                        shared.buckets(),
                        new RequestLog() {
                            @Override
                            public void begun() {}

                            @Override
                            public void finished(Finished request) {
                                finished.add(request);
                            }
                        },
                        BrowserKeys.NONE),
                List.of(
                        Route.of(Operation.SESSION_CREATE, Wish.class, Made.class, this::local),
                        Route.of(Operation.SESSION_LIST, Empty.class, Made.class, call -> Reply.ok(READ)),
                        Route.of(Operation.ACTION, Wish.class, Made.class, this::foreign),
                        Route.of(Operation.CONFIRMATION_DENY, Wish.class, Made.class, this::local)),
                List.of());
        server.start();
    }

    /** These are operators from now on. */
    void accept(People people, int generation, Credential... operators) {
        Clock clock = new TestClock();
        List<Verifier> known = new ArrayList<>();
        for (Credential each : operators) {
            known.add(verifier(each, "usr_" + each.publicId(), Role.OPERATOR, clock));
        }
        known.add(verifier(people.observer, "usr_observer", Role.OBSERVER, clock));
        verifiers.accept(VerifierSet.sign(
                generation, clock.now(), known, Ed25519.keyId(people.issuer.getPublic()), people.issuer.getPrivate()));
    }

    private static Verifier verifier(Credential credential, String actor, Role role, Clock clock) {
        return new Verifier(
                credential.publicId(),
                credential.hash(),
                actor,
                role,
                Credential.Kind.PERSON,
                clock.now().minusSeconds(1),
                clock.now().plus(LONG));
    }

    private static Settings settings(Path folder, Map<String, ?> wanted, Clock clock) throws IOException {
        Map<String, Object> all = new HashMap<>();
        all.put("services", Map.of("api-gateway", Map.of("port", 0)));
        all.put("rate_limit", Map.of("person_per_second", MANY, "person_burst", MANY));
        all.put("idempotency", Map.of("wait_ms", 200));
        all.putAll(wanted);
        Path config = folder.resolve("sonia-config.json");
        Files.write(config, Json.bytes(all));
        return Settings.load(
                config,
                Map.of(),
                List.of(
                        ServicesConfig.SECTION,
                        HttpConfig.SECTION,
                        AuthConfig.SECTION,
                        RateLimitConfig.SECTION,
                        IdempotencyConfig.SECTION),
                clock);
    }

    int port() {
        return server.port();
    }

    /** State, audit entry, stored answer and message in one commit; its name says how the work ends. */
    private Reply local(Call<Wish> call) {
        String name = call.input().name();
        switch (name) {
            case "refused" -> throw SoniaException.of(ErrorCode.CONFLICT);
            case "shed" -> throw SoniaException.of(ErrorCode.OVERLOADED);
            default -> elsewhere.before.run();
        }
        String id = "tsk_" + elsewhere.numbers.incrementAndGet();
        Reply.Enveloped good = name.equals("later")
                ? Reply.accepted(made(id, call.input()))
                : Reply.ok(made(id, call.input())).location("/tasks/" + id);
        StoredReply reply = name.equals("failed")
                ? StoredReply.of(SoniaException.of(ErrorCode.TOOL_FAILED))
                : new StoredReply(good.status(), Json.bytes(good.data()), good.location());
        journal.commit(tx -> {
            Samples.insert(id).run(tx);
            tx.audit(call.audit().about("task", id));
            tx.publish("tasks", id, Map.of());
            tx.remember(call.idempotencyKey(), reply);
            if (name.equals("broken")) {
                throw new IllegalStateException("after all");
            }
            return id;
        });
        if (name.equals("failed")) {
            throw SoniaException.of(ErrorCode.TOOL_FAILED);
        }
        return good;
    }

    /** The start is on record before the effect, the answer after it. */
    private Reply foreign(Call<Wish> call) {
        String begun = call.begun();
        if (begun != null && call.repeats()) {
            return Reply.ok(made(begun, call.input())).location("/tasks/" + begun);
        }
        String id = begun == null ? "tsk_" + elsewhere.numbers.incrementAndGet() : begun;
        if (begun == null) {
            journal.commit(tx -> {
                tx.begin(call.idempotencyKey(), id);
                return Samples.insert(id).run(tx);
            });
        }
        elsewhere.before.run();
        elsewhere.effects.add(id);
        elsewhere.after.run();
        Reply.Enveloped reply = Reply.ok(made(id, call.input())).location("/tasks/" + id);
        journal.commit(tx -> {
            tx.remember(call.idempotencyKey(), new StoredReply(200, Json.bytes(reply.data()), reply.location()));
            return tx.audit(call.audit().about("task", id));
        });
        return reply;
    }

    private static Made made(String id, Wish wish) {
        return new Made(id, wish.name(), "x".repeat(wish.size()));
    }

    /** The entries on record for an outcome, by operation. */
    List<String> audited(ErrorCode outcome) {
        AuditChain.Filter filter = new AuditChain.Filter(null, null, null, null, null, null, null, null, null);
        return journal.chain().entries(filter, AuditChain.MAX_LISTED, null).entries().stream()
                .filter(entry -> outcome.name().equals(entry.value(AuditField.OUTCOME)))
                .map(entry -> String.valueOf(entry.value(AuditField.OPERATION)))
                .toList();
    }

    /** Ends this life as a crash would: nothing more is written. */
    void die() {
        journal.close();
        server.close();
    }

    @Override
    public void close() {
        server.close();
        journal.close();
    }
}
