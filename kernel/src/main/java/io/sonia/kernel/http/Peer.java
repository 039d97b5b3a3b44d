package io.sonia.kernel.http;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls the operations of one other service. Correlation, trace, clock, identity and the remaining time travel along;
 * a failure comes back as the {@link SoniaException} the peer threw.
 *
 * <p>A peer that cannot be reached is UNAVAILABLE, one that is too late TIMEOUT, one that answers nonsense
 * DEPENDENCY_FAILED; all name the peer in {@code details.dependency}.
 */
public final class Peer {

    /** Kept back at each hop, so that the caller still can answer. */
    private static final Duration MARGIN = Duration.ofMillis(20);

    private static final int MAX_ANSWER = 16 * 1024 * 1024;
    private static final String LOOPBACK = "127.0.0.1";
    private static final String KEY = "X-Idempotency-Key";
    private static final byte[] NOTHING = new byte[0];

    /** A request that was answered, its body not read yet. */
    private record Sent(PeerPlaces.Place place, PeerConnection connection, PeerConnection.Head head, InputStream body) {

        /** The answer is not read any further. */
        void breakOff() {
            connection.close();
            place.close();
        }
    }

    private final String name;
    private final String host;
    private final PeerConnections connections;
    private final PeerPlaces places;
    private final Hlc hlc;
    private final Supplier<String> serviceToken;
    private final SloSignal slo;
    private final @Nullable PeerGuard guard;

    /**
     * A peer on this machine.
     *
     * @param serviceToken the calling service's own token; empty for a caller that is no service
     */
    public Peer(String name, int port, Hlc hlc, Supplier<String> serviceToken) {
        this(name, port, hlc, serviceToken, new SloSignal(), null);
    }

    /** @param guard null for calls that all pass and are made once */
    Peer(String name, int port, Hlc hlc, Supplier<String> serviceToken, SloSignal slo, @Nullable PeerGuard guard) {
        this.name = name;
        this.host = LOOPBACK + ":" + port;
        this.connections = new PeerConnections(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        this.places = new PeerPlaces(name, PeerPlaces.MOST_CALLS, PeerPlaces.MOST_WAITING);
        this.hlc = hlc;
        this.serviceToken = serviceToken;
        this.slo = slo;
        this.guard = guard;
    }

    /** Starts a call. */
    public Request on(Context context, Operation operation) {
        return new Request(context, operation);
    }

    /** One call in the making. */
    public final class Request {

        private final Context context;
        private final Operation operation;
        private final Map<String, String> query = new LinkedHashMap<>();
        private final Map<String, String> headers = new LinkedHashMap<>();
        private String path;
        private byte @Nullable [] body;
        private boolean guarded = true;

        private Request(Context context, Operation operation) {
            this.context = context;
            this.operation = operation;
            this.path = operation.path();
        }

        /** Fills a variable of the path. */
        public Request path(String variable, String value) {
            path = path.replace("{" + variable + "}", encoded(value));
            return this;
        }

        /** Adds a query parameter; null leaves it out. */
        public Request query(String parameter, @Nullable Object value) {
            if (value != null) {
                query.put(parameter, value.toString());
            }
            return this;
        }

        public Request body(Record record) {
            body = Json.bytes(record);
            return this;
        }

        public Request body(Map<String, @Nullable Object> json) {
            body = Json.bytes(json);
            return this;
        }

        /** Adds a header; null leaves it out. */
        public Request header(String header, @Nullable String value) {
            if (value != null) {
                headers.put(header, value);
            }
            return this;
        }

        public Request idempotencyKey(@Nullable String key) {
            return header(KEY, key);
        }

        /** Asks a stream to go on after the event with this id; null begins with what happens now. */
        public Request lastEventId(@Nullable String id) {
            return header("Last-Event-ID", id);
        }

        /** For health checks, long polls and work with a pace of its own: passes an open breaker, is made once, counts nowhere. */
        public Request unguarded() {
            guarded = false;
            return this;
        }

        /** Sends and returns the data of a success. */
        public <O extends Record> O send(Class<O> type) {
            return exchange(type).data();
        }

        /** Sends and returns status and data of a success. */
        public <O extends Record> Answer<O> exchange(Class<O> type) {
            Answer<Map<String, @Nullable Object>> answer = exchange();
            return new Answer<>(answer.status(), Shape.of(type).readAnswer(answer.data()));
        }

        /** Sends and returns status and data of a success as plain JSON. */
        public Answer<Map<String, @Nullable Object>> exchange() {
            return passed(this::answered);
        }

        private Answer<Map<String, @Nullable Object>> answered() {
            Sent sent = send("application/json");
            try {
                return new Answer<>(sent.head().status(), data(whole(sent)));
            } catch (IOException e) {
                sent.connection().close();
                throw broken(e);
            }
        }

        /** Sends and returns the events of the answer; close it. */
        public EventSource events() {
            return passed(this::opened);
        }

        private EventSource opened() {
            Sent sent = send("text/event-stream");
            if (sent.head().contentType().startsWith("text/event-stream")) {
                sent.connection().stream();
                return new EventSource(sent.body(), sent::breakOff);
            }
            throw refusal(sent);
        }

        /** Sends and returns the answer, which is a file that is read as it comes; close it. */
        public PeerFile file() {
            return passed(this::read);
        }

        private PeerFile read() {
            Sent sent = send("*/*");
            if (!sent.head().contentType().split(";", -1)[0].strip().equals(Headers.JSON)) {
                sent.connection().stream();
                return new PeerFile(sent.body(), sent::breakOff);
            }
            throw refusal(sent);
        }

        /** Sends and returns whatever the answer is, a refusal too, as it came; close it. */
        public PeerAnswer answer(boolean wantsEvents) {
            return passed(() -> asItComes(wantsEvents));
        }

        private PeerAnswer asItComes(boolean wantsEvents) {
            Sent sent = send(wantsEvents ? "text/event-stream" : "*/*");
            int status = sent.head().status();
            String type = sent.head().contentType();
            if (!type.startsWith(Headers.JSON)) {
                sent.connection().stream();
                return new PeerAnswer(status, type, sent.body(), sent::breakOff);
            }
            try {
                byte[] whole = whole(sent);
                return new PeerAnswer(status, type, new ByteArrayInputStream(whole), () -> {});
            } catch (IOException e) {
                sent.connection().close();
                throw broken(e);
            }
        }

        private byte[] whole(Sent sent) throws IOException {
            try (PeerPlaces.Place _ = sent.place()) {
                byte[] body = sent.body().readNBytes(MAX_ANSWER + 1);
                if (body.length > MAX_ANSWER) {
                    sent.connection().close();
                    throw failed(null);
                }
                keep(sent);
                return body;
            }
        }

        private <T> T passed(Supplier<T> call) {
            return guard == null || !guarded
                    ? call.get()
                    : guard.call(context.deadline(), repeatable(), Peer.this::listens, call);
        }

        /** What an envelope says where something else was asked for. */
        private SoniaException refusal(Sent sent) {
            try {
                data(sent.body().readNBytes(MAX_ANSWER));
                return failed(null);
            } catch (SoniaException told) {
                return told;
            } catch (IOException e) {
                return broken(e);
            } finally {
                sent.breakOff();
            }
        }

        private Duration left() {
            Duration left = context.deadline().left().minus(MARGIN);
            if (left.isNegative() || left.isZero()) {
                throw SoniaException.of(ErrorCode.TIMEOUT).with("dependency", name);
            }
            return left;
        }

        private Sent send(String accept) {
            PeerPlaces.Place place = places.enter(operation.workClass(), left());
            try {
                return send(place, accept, left());
            } catch (RuntimeException e) {
                place.close();
                throw e;
            }
        }

        private Sent send(PeerPlaces.Place place, String accept, Duration left) {
            PeerConnection connection = connect(false);
            try {
                return exchange(place, connection, accept, left);
            } catch (IOException e) {
                connection.close();
                boolean closedMeanwhile =
                        connection.used() && !PeerConnection.timedOut(e) && !PeerConnection.nonsense(e);
                if (!closedMeanwhile || !repeatable()) {
                    throw broken(e);
                }
            }
            PeerConnection fresh = connect(true);
            try {
                return exchange(place, fresh, accept, left);
            } catch (IOException e) {
                fresh.close();
                throw broken(e);
            }
        }

        private Sent exchange(PeerPlaces.Place place, PeerConnection connection, String accept, Duration left)
                throws IOException {
            byte[] content = body == null ? NOTHING : body;
            PeerConnection.Head head =
                    connection.exchange(PeerConnection.ascii(head(left, accept, content.length)), content, left);
            return new Sent(place, connection, head, connection.body(head));
        }

        /** True if asking twice is as good as asking once. */
        private boolean repeatable() {
            return !operation.mutating() || headers.containsKey(KEY);
        }

        private PeerConnection connect(boolean fresh) {
            try {
                return fresh ? connections.open() : connections.take();
            } catch (IOException e) {
                throw SoniaException.caused(ErrorCode.UNAVAILABLE, e).with("dependency", name);
            }
        }

        private void keep(Sent sent) throws IOException {
            if (sent.head().keepAlive()
                    && sent.body().read() < 0
                    && sent.connection().drained()) {
                connections.give(sent.connection());
            } else {
                sent.connection().close();
            }
        }

        private SoniaException broken(IOException e) {
            if (PeerConnection.nonsense(e)) {
                return failed(e);
            }
            ErrorCode code = PeerConnection.timedOut(e) ? ErrorCode.TIMEOUT : ErrorCode.UNAVAILABLE;
            return SoniaException.caused(code, e).with("dependency", name);
        }

        private String head(Duration left, String accept, int length) {
            StringBuilder head = new StringBuilder(700);
            head.append(operation.method()).append(' ').append(target()).append(" HTTP/1.1\r\n");
            line(head, "Host", host);
            line(head, "Accept", accept);
            line(head, "X-Correlation-ID", context.correlationId());
            line(head, "traceparent", context.trace().traceparent());
            line(head, "X-Hlc", hlc.tick());
            line(head, "X-Deadline-Ms", Long.toString(Math.max(1, Math.min(300_000, left.toMillis()))));
            if (body != null) {
                line(head, "Content-Type", "application/json");
            }
            if (length > 0 || !operation.method().equals("GET")) {
                line(head, "Content-Length", Integer.toString(length));
            }
            if (context.trace().state() != null) {
                line(head, "tracestate", context.trace().state());
            }
            identify(head);
            String mode = slo.told();
            if (mode != null) {
                line(head, SloSignal.HEADER, mode);
            }
            headers.forEach((header, value) -> line(head, header, value));
            return head.append("\r\n").toString();
        }

        /** A person's key goes along only where an operator may act; elsewhere the service acts and names the person. */
        private void identify(StringBuilder head) {
            String token = serviceToken.get();
            if (!token.isEmpty()) {
                line(head, "X-Service-Token", token);
            }
            if (context.bearer() != null && (operation.access().operator() || token.isEmpty())) {
                line(head, "Authorization", "Bearer " + context.bearer());
            } else if (!token.isEmpty()) {
                line(head, "X-On-Behalf-Of", context.caller().principal());
            }
        }

        private String target() {
            StringBuilder target = new StringBuilder(path);
            char separator = '?';
            for (Map.Entry<String, String> parameter : query.entrySet()) {
                target.append(separator).append(parameter.getKey()).append('=').append(encoded(parameter.getValue()));
                separator = '&';
            }
            return target.toString();
        }

        private Map<String, @Nullable Object> data(byte[] envelope) {
            Map<String, @Nullable Object> json;
            try {
                json = Json.parseObject(envelope);
            } catch (SoniaException notJson) {
                throw failed(notJson);
            }
            if (json.get("error") instanceof Map<?, ?> error) {
                throw rebuilt(error);
            }
            if (json.get("data") instanceof Map<?, ?> data) {
                @SuppressWarnings("unchecked")
                Map<String, @Nullable Object> typed = (Map<String, @Nullable Object>) data;
                return typed;
            }
            throw failed(null);
        }

        private SoniaException failed(@Nullable Throwable cause) {
            SoniaException failure = cause == null
                    ? SoniaException.of(ErrorCode.DEPENDENCY_FAILED)
                    : SoniaException.caused(ErrorCode.DEPENDENCY_FAILED, cause);
            return failure.with("dependency", name);
        }
    }

    /** True if somebody takes connections there now. */
    private boolean listens() {
        try {
            connections.give(connections.open());
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static SoniaException rebuilt(Map<?, ?> error) {
        SoniaException failure =
                SoniaException.of(ErrorCode.named(error.get("code")), String.valueOf(error.get("message")));
        if (error.get("details") instanceof Map<?, ?> details) {
            for (Map.Entry<?, ?> detail : details.entrySet()) {
                String key = String.valueOf(detail.getKey());
                if (key.equals("retry_after_ms") && detail.getValue() instanceof Long wait) {
                    failure = failure.retryAfter(Duration.ofMillis(wait));
                } else if (!key.equals("retryable") && !key.equals("blame")) {
                    failure = failure.with(key, detail.getValue());
                }
            }
        }
        return failure;
    }

    /** Values come from checked headers and ids; a line end among them would forge a header. */
    private static void line(StringBuilder head, String header, String value) {
        if (value.indexOf('\r') >= 0 || value.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("a header value holds a line end: " + header);
        }
        head.append(header).append(": ").append(value).append("\r\n");
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
