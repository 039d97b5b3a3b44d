package io.sonia.platform;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SecretFile;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Threads;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import io.sonia.kernel.identity.VerifierSet;
import io.sonia.kernel.identity.Verifiers;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Keeps one service's own token and its verifier set up to date: from files at start, then from EVA-OS. */
final class CredentialFeed implements AutoCloseable {

    /** Between two long polls; each one waits at EVA-OS until something changes. */
    private static final Duration PAUSE = Duration.ofMillis(200);

    private static final int WAIT_MS = 20_000;
    private static final Duration CALL_TIME = Duration.ofSeconds(25);
    private static final String CURE = "start EVA-OS first; it issues this file";

    private final ServiceName service;
    private final Home home;
    private final Verifiers verifiers;
    private final Clock clock;
    private final Ids ids;
    private volatile String token = "";
    private volatile @Nullable Peer evaOs;
    private volatile @Nullable Thread follower;
    private volatile boolean closed;

    CredentialFeed(ServiceName service, Home home, Verifiers verifiers, Clock clock, Ids ids) {
        this.service = service;
        this.home = home;
        this.verifiers = verifiers;
        this.clock = clock;
        this.ids = ids;
    }

    /**
     * Reads token and verifier set and checks one against the other.
     *
     * @throws SoniaException AUTH_UNAVAILABLE if either is missing, readable by others, wrongly signed or of no use
     */
    void load(Peer source) {
        evaOs = source;
        readToken();
        VerifierSet set = Shape.of(VerifierSet.class).read(Json.parseObject(SecretFile.read(home.verifiers(), CURE)));
        if (verifiers.generation() < set.generation() && !verifiers.accept(set)) {
            throw SecretFile.refused(home.verifiers(), "is not signed by EVA-OS", CURE);
        }
        try {
            verifiers.authenticate(null, token, null);
        } catch (SoniaException e) {
            throw SecretFile.refused(home.token(service), "is not a valid token of this service", CURE);
        }
    }

    String token() {
        return token;
    }

    /** Follows EVA-OS from now on; EVA-OS itself has nobody to follow. */
    void follow() {
        if (service != ServiceName.EVA_OS) {
            follower = Threads.virtual("credentials " + service, this::loop);
        }
    }

    private void loop() {
        while (!closed) {
            refresh();
            try {
                clock.sleep(PAUSE);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** One long poll: returns when EVA-OS had news, when it had none for a while, or when it could not be asked. */
    private void refresh() {
        Peer peer = Objects.requireNonNull(evaOs);
        long before = verifiers.generation();
        try {
            Context context = Context.own(service, "timer", null, CALL_TIME, ids, clock);
            VerifierSet set = peer.on(context, Operation.AUTH_VERIFIERS)
                    .query("since_generation", before)
                    .query("wait_ms", WAIT_MS)
                    .send(VerifierSet.class);
            verifiers.accept(set);
        } catch (SoniaException e) {
            if (e.code() != ErrorCode.UNAUTHORIZED || closed) {
                return;
            }
            readToken();
        }
        if (verifiers.generation() != before) {
            readToken();
        }
    }

    /** Stops following, also in the middle of a long poll. */
    @Override
    public void close() {
        closed = true;
        Thread running = follower;
        if (running != null) {
            running.interrupt();
        }
    }

    private void readToken() {
        token = new String(SecretFile.read(home.token(service), CURE), StandardCharsets.US_ASCII).strip();
    }
}
