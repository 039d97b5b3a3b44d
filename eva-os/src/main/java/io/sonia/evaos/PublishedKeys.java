package io.sonia.evaos;

import io.sonia.contracts.evaos.VerifiersQuery;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Home;
import io.sonia.kernel.SecretFile;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.identity.KeyMaterial;
import io.sonia.kernel.identity.Verifier;
import io.sonia.kernel.identity.VerifierSet;
import io.sonia.kernel.identity.Verifiers;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The keys in force: a signed set on file for services that start, and for those that run by long poll. */
final class PublishedKeys {

    /** How old the published file may get; services that start later must find it young enough to trust. */
    private static final Duration REFRESH = Duration.ofSeconds(60);

    /** A change is in force everywhere within this time. */
    private static final Duration SETTLING = Duration.ofSeconds(1);

    /** A service that has not asked for so long is not waited for; each poll ends before. */
    private static final Duration AWAY = Duration.ofSeconds(30);

    private record Current(long generation, List<Verifier> verifiers, Instant written) {}

    /** What a service has, and when it asked last. */
    private record Follower(long generation, long askedNanos) {}

    private final Foundation base;
    private final Home home;
    private final KeyMaterial keys;
    private final Verifiers own;
    private final Wakeups wakeups;
    private final Map<ServiceName, Follower> followers = new ConcurrentHashMap<>();
    private volatile Current current = new Current(0, List.of(), Instant.EPOCH);

    /** @param own what EVA-OS itself checks requests with */
    PublishedKeys(Foundation base, Home home, KeyMaterial keys, Verifiers own, Wakeups wakeups) {
        this.base = base;
        this.home = home;
        this.keys = keys;
        this.own = own;
        this.wakeups = wakeups;
    }

    /** Puts what is stored into force: here at once, then on file. */
    synchronized void publish() {
        Instant now = base.clock().now();
        current = base.journal().read(sql -> new Current(Fences.generation(sql), CredentialStore.valid(sql, now), now));
        VerifierSet set = set();
        own.accept(set);
        wakeups.changed();
        write(home.verifiers(), Json.bytes(set));
    }

    /** Publishes, and returns when every service that follows has the new set, or after a second. */
    void publishEverywhere() {
        publish();
        long published = current.generation();
        wakeups.await(() -> followers.values().stream().allMatch(each -> has(each, published)), SETTLING);
    }

    /** Signs the set anew before it is too old to be trusted; says whether it was time. */
    synchronized boolean refresh() {
        Instant now = base.clock().now();
        if (now.isBefore(current.written().plus(REFRESH))) {
            return false;
        }
        publish();
        return true;
    }

    /** The set in force, signed now. */
    VerifierSet set() {
        Current known = current;
        Instant now = base.clock().now();
        List<Verifier> valid = known.verifiers().stream()
                .filter(each -> each.notAfter().isAfter(now))
                .toList();
        return VerifierSet.sign(known.generation(), now, valid, keys.keyId(), keys.signingKey());
    }

    long generation() {
        return current.generation();
    }

    List<Verifier> verifiers() {
        return current.verifiers();
    }

    /** The set; waits for a newer generation than the caller has, if asked to. */
    Reply poll(Call<VerifiersQuery> call) {
        long known = call.input().sinceGeneration();
        ServiceName service = call.caller().via();
        if (service != null && call.input().waitMs() > 0) {
            followers.put(service, new Follower(known, base.clock().nanoTime()));
            wakeups.changed();
        }
        Duration patience = Duration.ofMillis(call.input().waitMs());
        Duration left = call.context().deadline().left();
        wakeups.await(() -> current.generation() > known, patience.compareTo(left) < 0 ? patience : left);
        return Reply.ok(set());
    }

    private boolean has(Follower follower, long generation) {
        return follower.generation() >= generation || base.clock().nanoTime() - follower.askedNanos() > AWAY.toNanos();
    }

    /** Writes a key or the set to its owner-only file. */
    static void write(Path file, byte[] content) {
        try {
            SecretFile.write(file, content);
        } catch (IOException e) {
            throw SoniaException.of(ErrorCode.AUTH_UNAVAILABLE, file + " cannot be written: make its folder writable");
        }
    }
}
