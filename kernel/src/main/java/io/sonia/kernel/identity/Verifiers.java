package io.sonia.kernel.identity;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Checks credentials against the newest {@link VerifierSet}, locally and on every request. Without a set that EVA-OS
 * signed recently it answers AUTH_UNAVAILABLE: it fails closed.
 */
public final class Verifiers {

    /** The set as a look-up table. */
    private record Current(VerifierSet set, Map<String, Verifier> byPublicId) {}

    private final PublicKey issuer;
    private final Clock clock;
    private final Duration maxAge;
    private volatile @Nullable Current current;

    public Verifiers(PublicKey issuer, Clock clock, Duration maxAge) {
        this.issuer = issuer;
        this.clock = clock;
        this.maxAge = maxAge;
    }

    /** Takes over a set if it is signed by EVA-OS and not older than the present one; says whether it did. */
    public synchronized boolean accept(VerifierSet set) {
        Current before = current;
        boolean older = before != null && set.generation() < before.set().generation();
        if (older || !set.signedBy(issuer)) {
            return false;
        }
        Map<String, Verifier> byPublicId = new HashMap<>();
        set.principals().forEach(each -> byPublicId.put(each.publicId(), each));
        current = new Current(set, byPublicId);
        return true;
    }

    /** The generation in force; -1 before the first set. */
    public long generation() {
        Current now = current;
        return now == null ? -1 : now.set().generation();
    }

    /** True while credentials can be checked. */
    public boolean usable() {
        Current now = current;
        return now != null && fresh(now);
    }

    /**
     * Finds out who asks.
     *
     * @param bearer a person's key or a service token, from the Authorization header
     * @param serviceToken from X-Service-Token
     * @param onBehalfOf from X-On-Behalf-Of; counts only beside a valid service token
     * @return {@link Caller#NOBODY} if neither credential is given
     * @throws SoniaException UNAUTHORIZED, with one message for every cause; AUTH_UNAVAILABLE
     */
    public Caller authenticate(@Nullable String bearer, @Nullable String serviceToken, @Nullable String onBehalfOf) {
        if (bearer == null && serviceToken == null) {
            return Caller.NOBODY;
        }
        Current now = current;
        if (now == null || !fresh(now)) {
            throw SoniaException.of(ErrorCode.AUTH_UNAVAILABLE);
        }
        Verifier first = bearer == null ? null : check(now, bearer);
        Verifier second = serviceToken == null ? null : check(now, serviceToken);
        Verifier person = first != null && first.kind() == Credential.Kind.PERSON ? first : null;
        Verifier service = second != null ? second : person == null ? first : null;
        if (second != null && second.kind() != Credential.Kind.SERVICE) {
            throw SoniaException.of(ErrorCode.UNAUTHORIZED);
        }
        ServiceName via = service == null ? null : serviceOf(service);
        if (person != null) {
            return new Caller(person.actorId(), person.role(), via, via == null ? null : onBehalfOf);
        }
        if (via == null) {
            throw SoniaException.of(ErrorCode.UNAUTHORIZED);
        }
        return new Caller(via.wireName(), Role.SERVICE, via, onBehalfOf);
    }

    private Verifier check(Current now, String text) {
        Credential credential = Credential.parse(text).orElseThrow(Verifiers::unauthorized);
        Verifier verifier = now.byPublicId().get(credential.publicId());
        if (verifier == null || verifier.kind() != credential.kind() || !sameHash(verifier.hash(), credential.hash())) {
            throw unauthorized();
        }
        Instant time = clock.now();
        if (time.isBefore(verifier.notBefore()) || !time.isBefore(verifier.notAfter())) {
            throw unauthorized();
        }
        return verifier;
    }

    private boolean fresh(Current now) {
        return now.set().issuedAt().plus(maxAge).isAfter(clock.now());
    }

    private static boolean sameHash(String a, String b) {
        return MessageDigest.isEqual(a.getBytes(StandardCharsets.US_ASCII), b.getBytes(StandardCharsets.US_ASCII));
    }

    private static ServiceName serviceOf(Verifier verifier) {
        return ServiceName.byWireName(verifier.actorId()).orElseThrow(Verifiers::unauthorized);
    }

    private static SoniaException unauthorized() {
        return SoniaException.of(ErrorCode.UNAUTHORIZED);
    }
}
