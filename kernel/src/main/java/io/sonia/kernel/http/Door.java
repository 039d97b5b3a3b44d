package io.sonia.kernel.http;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.identity.Access;
import io.sonia.kernel.identity.Caller;
import io.sonia.kernel.identity.Role;
import io.sonia.kernel.identity.Verifiers;
import io.sonia.kernel.json.Violations;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Who may come in: origin, credentials, rate and role. */
final class Door {

    private static final Pattern ACTOR = Pattern.compile("[A-Za-z0-9._:-]{1,128}");
    /** Who everybody is while nobody is authenticated. */
    private static final Caller DEVELOPER = new Caller("dev", Role.OPERATOR, null, null);

    private static final String BEARER_PROTOCOL = "sonia.bearer.";

    private final Verifiers verifiers;
    private final Supplier<HttpLimits> limits;
    private final Buckets fleet;
    private final BrowserKeys browsers;

    /** Each kind has room of its own, so that strangers take none from those who are known. */
    private final TokenBuckets persons;

    private final TokenBuckets services;
    private final TokenBuckets sessions;
    private final TokenBuckets addresses;
    private final TokenBuckets failures;

    /**
     * A door with buckets of its own.
     *
     * @param fleet what the processes of this service share besides; asked only for what has passed here
     * @param browsers what cookies stand for
     */
    Door(Verifiers verifiers, Supplier<HttpLimits> limits, Clock clock, Buckets fleet, BrowserKeys browsers) {
        this.verifiers = verifiers;
        this.limits = limits;
        this.fleet = fleet;
        this.browsers = browsers;
        this.persons = new TokenBuckets(clock);
        this.services = new TokenBuckets(clock);
        this.sessions = new TokenBuckets(clock);
        this.addresses = new TokenBuckets(clock);
        this.failures = new TokenBuckets(clock);
    }

    /** The credentials that a request shows, as they were sent, and whether it comes from this machine. */
    record Shown(
            @Nullable String bearer,
            @Nullable Cookie cookie,
            @Nullable String serviceToken,
            @Nullable String onBehalfOf,
            boolean near) {

        static final Shown NOTHING = new Shown(null, null, null, null, false);

        static Shown of(Exchange exchange) {
            return new Shown(
                    bearerOf(exchange),
                    cookieOf(exchange),
                    exchange.header("X-Service-Token"),
                    exchange.header("X-On-Behalf-Of"),
                    loopback(exchange.address()));
        }

        private static boolean loopback(String address) {
            try {
                return InetAddress.ofLiteral(address).isLoopbackAddress();
            } catch (IllegalArgumentException unknown) {
                return false;
            }
        }
    }

    /** What a browser keeps, and what its page sends beside it: neither counts without the other. */
    private record Cookie(String header, String page) {}

    private static @Nullable Cookie cookieOf(Exchange exchange) {
        String header = exchange.header("Cookie");
        String page = exchange.header("X-Sonia-Page");
        return header == null || page == null ? null : new Cookie(header, page);
    }

    /** The person's key that came with the request, or that a browser's session stands for now. */
    private @Nullable String key(Shown shown) {
        Cookie cookie = shown.cookie();
        return shown.bearer() != null || cookie == null ? shown.bearer() : browsers.key(cookie.header(), cookie.page());
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
            return identify(shown);
        } catch (SoniaException e) {
            if (e.code() == ErrorCode.UNAUTHORIZED) {
                int rate = limits.get().authFailuresPerSecond();
                // Refused either way: whether the fleet's bucket can be asked makes no difference to that.
                take("address", failures, "failures " + exchange.address(), new Rate(rate, rate * 4, false));
            }
            throw e;
        }
    }

    private Caller identify(Shown shown) {
        if (limits.get().authenticating()) {
            return verifiers.authenticate(key(shown), shown.serviceToken(), shown.onBehalfOf());
        }
        if (shown.serviceToken() == null) {
            return DEVELOPER;
        }
        Caller service = verifiers.authenticate(null, shown.serviceToken(), shown.onBehalfOf());
        return shown.bearer() == null
                ? service
                : new Caller(DEVELOPER.actorId(), DEVELOPER.role(), service.via(), service.onBehalfOf());
    }

    /** What goes along to other services for a person; without authentication anything stands for one. */
    @Nullable
    String forwarded(Caller caller, Shown shown) {
        return caller.person() ? Objects.requireNonNullElse(key(shown), DEVELOPER.actorId()) : null;
    }

    /** Says in every answer that nobody is authenticated, if that is so. */
    void announce(Exchange exchange) {
        if (!limits.get().authenticating()) {
            exchange.announce("X-Sonia-Dev-Mode", "1");
        }
    }

    void limitRate(Exchange exchange, Operation operation, Caller caller) {
        HttpLimits now = limits.get();
        boolean mutating = operation.mutating();
        if (operation.access().open() || caller.role() == Role.NOBODY) {
            Rate rate = new Rate(now.addressPerSecond(), now.addressPerSecond() * 4, mutating);
            take("address", addresses, "address " + exchange.address(), rate);
        } else if (caller.role() == Role.SERVICE || caller.via() != null) {
            // The person was counted at the first door; behind it the service's own bucket holds, of each process.
            String service =
                    caller.via() == null ? caller.actorId() : caller.via().wireName();
            grant("principal", services.take(service, now.servicePerSecond(), now.serviceBurst()));
        } else {
            Rate rate = new Rate(now.personPerSecond(), now.personBurst(), mutating);
            take("principal", persons, "principal " + caller.actorId(), rate);
        }
    }

    /** Limits what a person asks about one session; of a session that somebody else names there is another bucket. */
    void limitSession(Operation operation, Caller caller, @Nullable Object session) {
        if (session instanceof String id && caller.person() && caller.via() == null) {
            HttpLimits now = limits.get();
            Rate rate = new Rate(now.sessionPerSecond(), now.sessionBurst(), operation.mutating());
            take("session", sessions, "session " + caller.actorId() + " " + id, rate);
        }
    }

    /** What a bucket gets and holds, and whether what it is for has to wait until the fleet's bucket can be asked. */
    private record Rate(int perSecond, int burst, boolean strict) {}

    /** A token of this process, then one of the fleet: no flood reaches further than the first refusal. */
    private void take(String scope, TokenBuckets own, String key, Rate rate) {
        grant(scope, own.take(key, rate.perSecond(), rate.burst()));
        Duration wait;
        try {
            wait = fleet.take(key, rate.perSecond(), rate.burst());
        } catch (SoniaException e) {
            if (rate.strict()) {
                throw e;
            }
            return;
        }
        grant(scope, wait);
    }

    private static void grant(String scope, Duration wait) {
        if (!wait.isZero()) {
            throw limited(scope, wait);
        }
    }

    private static SoniaException limited(String scope, Duration wait) {
        return SoniaException.of(ErrorCode.RATE_LIMITED).with("scope", scope).retryAfter(wait);
    }

    void authorise(Operation operation, Caller caller, Shown shown) {
        if (operation.access().permits(caller) || diagnostics(operation, caller, shown)) {
            return;
        }
        throw SoniaException.of(caller.role() == Role.NOBODY ? ErrorCode.UNAUTHORIZED : ErrorCode.FORBIDDEN);
    }

    private boolean diagnostics(Operation operation, Caller caller, Shown shown) {
        return caller.role() == Role.NOBODY
                && shown.near()
                && limits.get().openDiagnostics()
                && operation.access().equals(Access.OBS)
                && operation.method().equals("GET");
    }

    /** Why credentials that have opened a connection would not open it now; empty while they would. */
    Optional<ErrorCode> refusal(Operation operation, Shown shown) {
        try {
            authorise(operation, identify(shown), shown);
            return Optional.empty();
        } catch (SoniaException e) {
            return Optional.of(e.code());
        }
    }
}
