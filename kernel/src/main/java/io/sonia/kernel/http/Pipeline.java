package io.sonia.kernel.http;

import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.AuditTrail;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.identity.Verifiers;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import io.sonia.kernel.json.Violations;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What happens to every request, in this order: correlation, trace and clock, route, deadline, admission,
 * authentication, rate limit, authorisation, decoding, idempotency, validation, handler, rendering. Refusals from
 * authentication on are audited.
 */
final class Pipeline {

    /** What the pipeline works with; limits are read anew for each request, so that a reload takes effect. */
    record Parts(
            ServiceName service,
            Clock clock,
            Ids ids,
            Hlc hlc,
            Verifiers verifiers,
            AuditTrail audit,
            IdempotencyRecords records,
            KeyClaims claims,
            Buckets buckets,
            RequestLog log,
            BrowserKeys browsers,
            SloSignal slo,
            Supplier<HttpLimits> limits) {}

    private static final Pattern CORRELATION = Pattern.compile("[A-Za-z0-9._:-]{1,128}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,128}");
    private static final Set<ErrorCode> BY_IDENTITY =
            Set.of(ErrorCode.UNAUTHORIZED, ErrorCode.FORBIDDEN, ErrorCode.RATE_LIMITED);
    private static final Duration AUDIT_REFUSAL_EVERY = Duration.ofSeconds(1);
    private static final String SESSION = "session_id";
    private static final int OWNER_BYTES = 16;

    private final Parts parts;
    private final RouteTable routes;
    private final Rendering rendering;
    private final Admission admission;
    private final Door door;
    private final TokenBuckets refusals;
    private final InFlight inFlight;

    Pipeline(Parts parts, RouteTable routes, Admission admission) {
        this.parts = parts;
        this.routes = routes;
        this.admission = admission;
        this.door = new Door(parts.verifiers(), parts.limits(), parts.clock(), parts.buckets(), parts.browsers());
        this.refusals = new TokenBuckets(parts.clock());
        this.rendering = new Rendering(parts, door);
        this.inFlight = new InFlight(parts.records(), parts.claims(), parts.clock());
    }

    void handle(Exchange exchange) {
        Passage passage = new Passage(exchange, parts.clock().nanoTime());
        parts.log().begun();
        if (exchange.waitedNanos() >= 0) {
            admission.began(exchange.waitedNanos());
        }
        door.announce(exchange);
        parts.slo().announce(exchange);
        try {
            correlate(passage);
            RouteTable.Match match = routes.find(exchange.method(), exchange.path(), exchange.handshake());
            passage.operation = match.operation().wireName();
            passage.known = match.operation();
            passage.subject = subject(match.path());
            Deadline deadline = Deadline.of(exchange, match.operation(), parts.clock());
            try (Admission.Permit place = admit(passage, match.operation(), deadline)) {
                admitted(passage, match, deadline, place);
            }
        } catch (SoniaException e) {
            if (e.code() == ErrorCode.OVERLOADED && passage.shed == null) {
                admission.overflowed();
            }
            refuse(passage, e);
        } catch (UncheckedIOException callerGone) {
            rendering.finished(passage, 499, ErrorCode.OK, null);
        } catch (RuntimeException e) {
            refuse(passage, SoniaException.caused(ErrorCode.INTERNAL_ERROR, e));
        }
    }

    private Admission.Permit admit(Passage passage, Operation operation, Deadline deadline) {
        long asked = parts.clock().nanoTime();
        try {
            return admission.admit(workClass(passage.exchange, operation), deadline);
        } catch (SoniaException e) {
            passage.shed = String.valueOf(e.details().get(Admission.SHED));
            throw e;
        } finally {
            passage.queuedNanos = parts.clock().nanoTime() - asked + Math.max(0, passage.exchange.waitedNanos());
        }
    }

    /** What a service asks for is a step of something begun; whether it is one is found out when it is authenticated. */
    private static WorkClass workClass(Exchange exchange, Operation operation) {
        WorkClass work = operation.workClass();
        boolean step = work != WorkClass.PROTECTED && exchange.header("X-Service-Token") != null;
        return step ? WorkClass.CONTINUATION : work;
    }

    /** The resource that the address names, if it names one. */
    private static AuditEvent.Subject subject(Map<String, String> path) {
        return path.entrySet().stream()
                .findFirst()
                .filter(variable -> NAME.matcher(variable.getValue()).matches())
                .map(variable -> AuditEvent.Subject.of(variable.getKey().replaceFirst("_id$", ""), variable.getValue()))
                .orElse(AuditEvent.Subject.NONE);
    }

    private void admitted(Passage passage, RouteTable.Match match, Deadline deadline, Admission.Permit place) {
        Exchange exchange = passage.exchange;
        Operation operation = match.operation();
        passage.authenticating = true;
        passage.shown = Door.Shown.of(exchange);
        door.checkOrigin(exchange);
        if (!operation.access().open()) {
            passage.caller = door.authenticate(exchange, passage.shown);
            parts.slo().hear(exchange, passage.caller, parts.clock());
        }
        door.limitRate(exchange, operation, passage.caller);
        door.authorise(operation, passage.caller, passage.shown);
        Context context = new Context(
                passage.correlationId,
                trace(passage),
                deadline,
                passage.caller,
                door.forwarded(passage.caller, passage.shown),
                null);
        SocketRoute socket = match.socket();
        if (socket != null) {
            door.limitSession(operation, passage.caller, match.path().get(SESSION));
            upgrade(passage, match, context, socket);
            return;
        }
        Route<?> route = match.route();
        if (route == null) {
            throw new IllegalStateException("a match is a route or a socket");
        }
        serve(passage, match, context, route, Decoder.json(exchange, route, deadline, place));
    }

    private <I extends Record> void serve(
            Passage passage, RouteTable.Match match, Context bare, Route<I> route, Map<String, @Nullable Object> json) {
        Exchange exchange = passage.exchange;
        Operation operation = route.operation();
        String named = match.path().get(SESSION);
        door.limitSession(operation, passage.caller, named == null ? json.get(SESSION) : named);
        String key = operation.mutating() ? IdempotencyKey.shown(exchange) : null;
        if (key == null) {
            rendering.render(passage, route.handler().handle(call(route, match, bare, json, exchange, null)));
            return;
        }
        Context context = new Context(
                bare.correlationId(), bare.trace(), bare.deadline(), bare.caller(), bare.bearer(), Sha256.hex(key));
        IdempotencyKey idempotency = new IdempotencyKey(
                passage.caller.principal(),
                operation.endpoint(),
                key,
                Decoder.fingerprint(operation, match.path(), json),
                parts.ids().hex(OWNER_BYTES));
        InFlight.Entry entry = entered(passage, idempotency);
        KeyRecord.Answered answered = entry.answered();
        if (answered != null) {
            boolean events = route.repeatsEvents() && wantsEvents(operation, exchange, json);
            if (answered.resource() == null || (answered.whole() && !events)) {
                rendering.replay(passage, answered.reply());
            } else {
                Call<I> call = call(route, match, context, json, exchange, null);
                rendering.render(passage, again(passage, route, call.resuming(answered.resource()), answered.reply()));
            }
            return;
        }
        try (InFlight.Turn _ = entry.turn()) {
            Call<I> call = call(route, match, context, json, exchange, idempotency);
            rendering.render(passage, handled(passage, route, call.resuming(entry.begun()), idempotency));
        }
    }

    /** The answer as the resource has it; events say by themselves that they are repeated. */
    private <I extends Record> Reply again(Passage passage, Route<I> route, Call<I> call, StoredReply first) {
        try {
            Reply reply = rendering.awaited(passage, route.handler().handle(call));
            return reply instanceof Reply.Enveloped data
                    ? new Reply.Replayed(new StoredReply(data.status(), Json.bytes(data.data()), data.location()))
                    : reply;
        } catch (SoniaException e) {
            if (first.failure()) {
                return new Reply.Replayed(StoredReply.of(e));
            }
            throw e;
        }
    }

    private InFlight.Entry entered(Passage passage, IdempotencyKey key) {
        try {
            InFlight.Entry entry = inFlight.enter(key, parts.limits().get().idempotencyWait());
            passage.keyed = entry.keyed();
            return entry;
        } catch (SoniaException e) {
            passage.keyed = switch (e.code()) {
                case IDEMPOTENCY_IN_PROGRESS -> RequestLog.Keyed.IN_PROGRESS;
                case IDEMPOTENCY_MISMATCH -> RequestLog.Keyed.MISMATCH;
                default -> null;
            };
            throw e;
        }
    }

    /** Whoever lost the race for a key to another process is answered as that one was. */
    private <I extends Record> Reply handled(Passage passage, Route<I> route, Call<I> call, IdempotencyKey key) {
        try {
            return rendering.awaited(passage, route.handler().handle(call));
        } catch (SoniaException e) {
            if (e.code() == ErrorCode.IDEMPOTENCY_IN_PROGRESS
                    && parts.records().look(key) instanceof KeyRecord.Answered answered
                    && answered.whole()) {
                return new Reply.Replayed(answered.reply());
            }
            throw e;
        }
    }

    private static <I extends Record> Call<I> call(
            Route<I> route,
            RouteTable.Match match,
            Context context,
            Map<String, @Nullable Object> json,
            Exchange exchange,
            @Nullable IdempotencyKey key) {
        I input = Shape.of(route.input()).read(json);
        Map<String, String> headers = new LinkedHashMap<>();
        for (String name : List.of(
                "x-fence-token",
                "if-match",
                "last-event-id",
                "x-audit-key",
                "x-idempotency-key",
                "cookie",
                "x-sonia-page")) {
            String value = exchange.header(name);
            if (value != null) {
                headers.put(name, value);
            }
        }
        boolean events = wantsEvents(route.operation(), exchange, json);
        return new Call<>(route.operation(), input, match.path(), headers, context, key, events, null);
    }

    private static boolean wantsEvents(Operation operation, Exchange exchange, Map<String, @Nullable Object> json) {
        if (operation.openAi()) {
            return Boolean.TRUE.equals(json.get("stream"));
        }
        String accept = exchange.header("Accept");
        return accept != null && accept.contains("text/event-stream");
    }

    private void correlate(Passage passage) {
        String given = passage.exchange.header("X-Correlation-ID");
        if (given != null && !CORRELATION.matcher(given).matches()) {
            passage.correlationId = parts.ids().next("req_");
            throw Violations.single("X-Correlation-ID", "pattern", "expected the form " + CORRELATION.pattern());
        }
        passage.correlationId = given == null ? parts.ids().next("req_") : given;
        String hlc = passage.exchange.header("X-Hlc");
        if (hlc != null) {
            parts.hlc().merge(hlc);
        }
    }

    private Trace trace(Passage passage) {
        Trace trace = Trace.continued(
                passage.exchange.header("traceparent"), passage.exchange.header("tracestate"), parts.ids());
        passage.trace = trace;
        return trace;
    }

    private void upgrade(Passage passage, RouteTable.Match match, Context context, SocketRoute socket) {
        Operation operation = match.operation();
        Door.Shown shown = passage.shown;
        boolean upgraded = passage.exchange.upgrade(peer -> new WatchedSocket(
                socket.handler().open(new SocketCall(operation, match.path(), context, peer)),
                peer,
                parts.clock(),
                () -> door.refusal(operation, shown)));
        if (!upgraded) {
            throw SoniaException.of(ErrorCode.INVALID_ARGUMENT, "The WebSocket handshake is not well formed");
        }
        rendering.finished(passage, 101, ErrorCode.OK, null);
    }

    private void refuse(Passage passage, SoniaException failure) {
        SoniaException shown = auditRefusal(passage, failure);
        if (passage.shed == null) {
            Decoder.drain(passage.exchange);
        }
        rendering.refuse(passage, shown);
    }

    /**
     * Refusals by identity or role are put on record, a flood of them at most once a second and caller; so is every
     * change that was asked for and refused for good.
     */
    private SoniaException auditRefusal(Passage passage, SoniaException failure) {
        Operation operation = passage.known;
        if (!passage.authenticating || operation == null || operation.access().open()) {
            return failure;
        }
        boolean byIdentity = BY_IDENTITY.contains(failure.code());
        if (byIdentity ? recorded(passage, failure.code()) : !refusedChange(operation, failure.code())) {
            return failure;
        }
        try {
            Trace trace = passage.trace == null ? trace(passage) : passage.trace;
            Context context = new Context(
                    passage.correlationId,
                    trace,
                    Deadline.in(operation.deadline(), parts.clock()),
                    passage.caller,
                    null,
                    null);
            parts.audit()
                    .append(AuditEvent.of(operation.wireName(), context.origin())
                            .outcome(failure.code())
                            .about(passage.subject)
                            .took(rendering.millis(passage))
                            .detail(Map.of("address", passage.exchange.address())));
            return failure;
        } catch (SoniaException e) {
            return e;
        }
    }

    /** True if such a refusal of this caller was put on record within the last second. */
    private boolean recorded(Passage passage, ErrorCode code) {
        String who = passage.caller.actorId() + " " + passage.exchange.address() + " " + code;
        return !refusals.take(who, (int) AUDIT_REFUSAL_EVERY.toSeconds(), 1).isZero();
    }

    /** What a tool or its checks refuse is put on record where that is found. */
    private static boolean refusedChange(Operation operation, ErrorCode code) {
        boolean refused = code.blame() == ErrorCode.Blame.CALLER || code == ErrorCode.SELF_APPROVAL_DENIED;
        boolean recordedElsewhere = code == ErrorCode.TOOL_FAILED || code == ErrorCode.INVALID_COMMAND;
        return operation.mutating() && refused && !code.retryable() && !recordedElsewhere;
    }
}
