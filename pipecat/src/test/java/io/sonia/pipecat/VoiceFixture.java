package io.sonia.pipecat;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.pipecat.VoicePage;
import io.sonia.contracts.pipecat.VoiceSessionFilter;
import io.sonia.contracts.pipecat.VoiceSessionList;
import io.sonia.contracts.pipecat.VoiceSessionStart;
import io.sonia.contracts.pipecat.VoiceSessionStarted;
import io.sonia.contracts.pipecat.VoiceSessionStop;
import io.sonia.contracts.pipecat.VoiceSessionStopped;
import io.sonia.contracts.pipecat.VoiceSessionView;
import io.sonia.contracts.pipecat.VoiceState;
import io.sonia.journal.Journal;
import io.sonia.journal.JournalOptions;
import io.sonia.journal.SqliteJournal;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Deadline;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.http.Trace;
import io.sonia.kernel.identity.Caller;
import io.sonia.kernel.identity.Credential;
import io.sonia.kernel.identity.Ed25519;
import io.sonia.kernel.identity.Role;
import io.sonia.kernel.identity.Verifier;
import io.sonia.kernel.identity.VerifierSet;
import io.sonia.kernel.identity.Verifiers;
import io.sonia.kernel.json.Shape;
import io.sonia.kernel.logging.ServiceLog;
import io.sonia.testkit.FakeClock;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Voice sessions on a real journal, with a clock to move and a gateway to script. */
final class VoiceFixture implements AutoCloseable {

    private static final KeyPair ISSUER = Ed25519.newKeyPair();

    final FakeClock clock = new FakeClock();
    final Ids ids = new Ids(new SecureRandom());
    final Credential key = Credential.issue(Credential.Kind.PERSON, ids);
    final PipecatConfig config = Shape.of(PipecatConfig.class).read(Map.of());
    final VoiceStore store = new VoiceStore();
    final Verifiers verifiers = new Verifiers(ISSUER.getPublic(), clock, Duration.ofDays(1));
    private final Path database;
    private final int gateway;
    private long generation;
    Journal journal;
    VoiceSessions sessions;
    private Map<Operation, Route<?>> routes;

    VoiceFixture(Path database, int gateway) {
        this.database = database;
        this.gateway = gateway;
        live();
        verify(true);
    }

    /** Begins a life of the service on what a former one stored. */
    void live() {
        journal = SqliteJournal.open(
                database,
                ServiceName.PIPECAT,
                VoiceTables.MIGRATIONS,
                clock,
                new Hlc(clock),
                JournalOptions.of(detail -> detail, reason -> {}).diskFloorBytes(0));
        Peer peer = new Peer("api-gateway", gateway, new Hlc(clock), () -> "");
        sessions = new VoiceSessions(
                new VoiceSession.Parts(journal, store, new Gateway(peer, config), config, clock, ids, ServiceLog.NONE));
        Cursors cursors = Cursors.under(new byte[32], clock);
        routes = new java.util.HashMap<>();
        new PipecatRoutes(sessions, store, journal, cursors).list().forEach(each -> routes.put(each.operation(), each));
        sessions.restore();
    }

    /** Publishes a set of keys with or without the caller's. */
    void verify(boolean valid) {
        Instant now = clock.now();
        Verifier person = new Verifier(
                key.publicId(),
                key.hash(),
                "usr_1",
                Role.OPERATOR,
                Credential.Kind.PERSON,
                now.minusSeconds(1),
                now.plus(Duration.ofDays(90)));
        generation++;
        verifiers.accept(
                VerifierSet.sign(generation, now, valid ? List.of(person) : List.of(), "key", ISSUER.getPrivate()));
    }

    Context context() {
        return new Context(
                "req_1",
                Trace.continued(null, null, ids),
                Deadline.in(Duration.ofSeconds(10), clock),
                new Caller("usr_1", Role.OPERATOR, null, null),
                key.text(),
                null);
    }

    FakeCaller join(String sessionId) {
        return new FakeCaller(sessions, sessionId, context());
    }

    VoiceSessionStarted start() {
        return start(null, null);
    }

    VoiceSessionStarted start(@Nullable String gatewaySession, @Nullable IdempotencyKey idempotency) {
        VoiceSessionStart wish = new VoiceSessionStart(
                null, Map.of("room", "kitchen"), gatewaySession, VoiceSessionStart.InputMode.TEXT_ONLY, 16_000);
        return (VoiceSessionStarted) answer(Operation.VOICE_SESSION_START, wish, Map.of(), idempotency);
    }

    VoiceSessionStopped stop(String sessionId, @Nullable IdempotencyKey idempotency) {
        VoiceSessionStop wish = new VoiceSessionStop(sessionId, "enough");
        return (VoiceSessionStopped) answer(Operation.VOICE_SESSION_STOP, wish, Map.of(), idempotency);
    }

    VoiceSessionView get(String sessionId) {
        return get(sessionId, 50, null);
    }

    VoiceSessionView get(String sessionId, int limit, @Nullable String cursor) {
        return (VoiceSessionView) answer(
                Operation.VOICE_SESSION_GET, new VoicePage(limit, cursor), Map.of("session_id", sessionId), null);
    }

    VoiceSessionList page(@Nullable VoiceState state, int limit, @Nullable String cursor) {
        VoiceSessionFilter filter = new VoiceSessionFilter(state, limit, cursor);
        return (VoiceSessionList) answer(Operation.VOICE_SESSION_LIST, filter, Map.of(), null);
    }

    @SuppressWarnings("unchecked")
    private <I extends Record> Object answer(
            Operation operation, I input, Map<String, String> path, @Nullable IdempotencyKey idempotency) {
        Route<I> route = (Route<I>) routes.get(operation);
        Call<I> call = new Call<>(operation, input, path, Map.of(), context(), idempotency, false, null);
        return ((Reply.Enveloped) route.handler().handle(call)).data();
    }

    /** Moves the clock and lets the sweep see it. */
    void pass(Duration time) {
        clock.advance(time);
        sessions.sweep(verifiers);
    }

    @Override
    public void close() {
        sessions.close();
        journal.close();
    }
}
