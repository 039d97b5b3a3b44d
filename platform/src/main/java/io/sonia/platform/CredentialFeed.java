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

    /** Before a long poll, unless the last one brought news; each one waits at EVA-OS until something changes. */
    private static final Duration PAUSE = Duration.ofMillis(200);

    /** Within this time every service knows a token that was issued. */
    private static final Duration SETTLING = Duration.ofSeconds(2);

    private static final int WAIT_MS = 20_000;
    private static final Duration CALL_TIME = Duration.ofSeconds(25);
    private static final String CURE = "start EVA-OS first; it issues this file";

    private final ServiceName service;
    private final Home home;
    private final Verifiers verifiers;
    private final Clock clock;
    private final Ids ids;
    private volatile String token = "";
    private String successor = "";
    private long successorSeen;
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
        token = onFile();
        VerifierSet set = setOnFile();
        if (verifiers.generation() < set.generation() && !verifiers.accept(set)) {
            throw SecretFile.refused(home.verifiers(), "is not signed by EVA-OS", CURE);
        }
        if (!verifiers.usable()) {
            throw SecretFile.refused(home.verifiers(), "is too old to be trusted", CURE);
        }
        if (!good(token)) {
            throw SecretFile.refused(home.token(service), "is not a valid token of this service", CURE);
        }
    }

    private VerifierSet setOnFile() {
        try {
            return Shape.of(VerifierSet.class).read(Json.parseObject(SecretFile.read(home.verifiers(), CURE)));
        } catch (SoniaException e) {
            if (e.code() == ErrorCode.INVALID_ARGUMENT) {
                throw SecretFile.refused(home.verifiers(), "is no set of verifiers", CURE);
            }
            throw e;
        }
    }

    private boolean good(String text) {
        try {
            return verifiers.authenticate(null, text, null).is(service);
        } catch (SoniaException e) {
            return false;
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
            boolean news = refresh();
            try {
                if (!news) {
                    clock.sleep(PAUSE);
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /**
     * One long poll: returns when EVA-OS had news, when it had none for a while, or when it could not be asked.
     *
     * @return true if there were news
     */
    private boolean refresh() {
        Peer peer = Objects.requireNonNull(evaOs);
        long before = verifiers.generation();
        boolean refused = false;
        try {
            Context context = Context.own(service, "timer", null, CALL_TIME, ids, clock);
            VerifierSet set = peer.on(context, Operation.AUTH_VERIFIERS)
                    .unguarded()
                    .query("since_generation", before)
                    .query("wait_ms", successor.isEmpty() ? WAIT_MS : SETTLING.toMillis())
                    .send(VerifierSet.class);
            verifiers.accept(set);
        } catch (SoniaException e) {
            refused = e.code() == ErrorCode.UNAUTHORIZED;
        }
        takeSuccessor(refused);
        return verifiers.generation() != before;
    }

    /**
     * Takes a new token from its file into use when every other service has had the time to learn of it, or at once if
     * the old one is refused.
     */
    private void takeSuccessor(boolean refused) {
        String latest;
        try {
            latest = onFile();
        } catch (SoniaException unreadable) {
            return; // the one in use is as good as before
        }
        if (latest.equals(token)) {
            successor = "";
            return;
        }
        if (!latest.equals(successor)) {
            successor = latest;
            successorSeen = clock.nanoTime();
        }
        boolean settled = clock.nanoTime() - successorSeen >= SETTLING.toNanos();
        if (settled || refused || !good(token)) {
            token = latest;
            successor = "";
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

    private String onFile() {
        return new String(SecretFile.read(home.token(service), CURE), StandardCharsets.US_ASCII).strip();
    }
}
