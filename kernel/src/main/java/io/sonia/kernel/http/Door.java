package io.sonia.kernel.http;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.identity.Caller;
import io.sonia.kernel.identity.Role;
import io.sonia.kernel.identity.Verifiers;
import io.sonia.kernel.json.Violations;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Who may come in: origin, credentials, rate and role. */
final class Door {

    private static final Pattern ACTOR = Pattern.compile("[A-Za-z0-9._:-]{1,128}");
    private static final String BEARER_PROTOCOL = "sonia.bearer.";

    private final Verifiers verifiers;
    private final Supplier<HttpLimits> limits;
    private final TokenBuckets buckets;

    Door(Verifiers verifiers, Supplier<HttpLimits> limits, Clock clock) {
        this.verifiers = verifiers;
        this.limits = limits;
        this.buckets = new TokenBuckets(clock);
    }

    /** The credentials that a request shows, as they were sent. */
    record Shown(
            @Nullable String bearer,
            @Nullable String serviceToken,
            @Nullable String onBehalfOf) {

        static Shown of(Exchange exchange) {
            return new Shown(bearerOf(exchange), exchange.header("X-Service-Token"), exchange.header("X-On-Behalf-Of"));
        }
    }

    private static @Nullable String bearerOf(Exchange exchange) {
        String header = exchange.header("Authorization");
        if (header != null) {
            // A header of another scheme is a malformed credential, not an absent one.
            return header.regionMatches(true, 0, "Bearer ", 0, 7)
                    ? header.substring(7).trim()
                    : header;
        }
        String protocols = exchange.handshake() ? exchange.header("Sec-WebSocket-Protocol") : null;
        if (protocols != null) {
            for (String protocol : protocols.split(",", 8)) {
                if (protocol.trim().startsWith(BEARER_PROTOCOL)) {
                    return protocol.trim().substring(BEARER_PROTOCOL.length());
                }
            }
        }
        return null;
    }

    void checkOrigin(Exchange exchange) {
        String origin = exchange.header("Origin");
        if (origin != null && !limits.get().allowedOrigins().contains(origin)) {
            throw SoniaException.of(ErrorCode.FORBIDDEN, "Requests from this origin are refused");
        }
    }

    Caller authenticate(Exchange exchange, Shown shown) {
        String onBehalfOf = shown.onBehalfOf();
        if (onBehalfOf != null && !ACTOR.matcher(onBehalfOf).matches()) {
            throw Violations.single("X-On-Behalf-Of", "pattern", "expected the form " + ACTOR.pattern());
        }
        try {
            return verifiers.authenticate(shown.bearer(), shown.serviceToken(), onBehalfOf);
        } catch (SoniaException e) {
            if (e.code() == ErrorCode.UNAUTHORIZED) {
                HttpLimits now = limits.get();
                Duration wait = buckets.take(
                        "failures " + exchange.address(), now.authFailuresPerSecond(), now.authFailuresPerSecond() * 4);
                if (!wait.isZero()) {
                    throw limited("address", wait);
                }
            }
            throw e;
        }
    }

    void limitRate(Exchange exchange, Operation operation, Caller caller) {
        HttpLimits now = limits.get();
        Duration wait;
        String scope = "principal";
        if (operation.access().open() || caller.role() == Role.NOBODY) {
            scope = "address";
            wait = buckets.take("address " + exchange.address(), now.addressPerSecond(), now.addressPerSecond() * 4);
        } else if (caller.role() == Role.SERVICE) {
            wait = buckets.take(caller.actorId(), now.servicePerSecond(), now.serviceBurst());
        } else if (caller.via() != null) {
            // The person was counted at the door; behind it the service's own bucket holds.
            wait = buckets.take(caller.via().wireName(), now.servicePerSecond(), now.serviceBurst());
        } else {
            wait = buckets.take(caller.actorId(), now.personPerSecond(), now.personBurst());
        }
        if (!wait.isZero()) {
            throw limited(scope, wait);
        }
    }

    private static SoniaException limited(String scope, Duration wait) {
        return SoniaException.of(ErrorCode.RATE_LIMITED).with("scope", scope).retryAfter(wait);
    }

    static void authorise(Operation operation, Caller caller) {
        if (operation.access().permits(caller)) {
            return;
        }
        throw SoniaException.of(caller.role() == Role.NOBODY ? ErrorCode.UNAUTHORIZED : ErrorCode.FORBIDDEN);
    }

    /** Why credentials that have opened a connection would not open it now; empty while they would. */
    Optional<ErrorCode> refusal(Operation operation, Shown shown) {
        try {
            authorise(operation, verifiers.authenticate(shown.bearer(), shown.serviceToken(), shown.onBehalfOf()));
            return Optional.empty();
        } catch (SoniaException e) {
            return Optional.of(e.code());
        }
    }
}
