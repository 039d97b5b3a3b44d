package io.sonia.pipecat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.sonia.contracts.gateway.TurnEvent;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** An api-gateway of a test: real HTTP, sessions that always open, and turns that play the script given to them. */
final class FakeGateway implements AutoCloseable {

    static final String TURN_ID = "turn_0123456789ab";

    /** What one request for a turn is answered with. */
    interface Script {
        void play(Events events) throws Exception;
    }

    /** A request as it came in. */
    record Seen(String method, String path, String authorization, String idempotencyKey, Map<String, Object> body) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final BlockingQueue<Script> scripts = new LinkedBlockingQueue<>();
    private final AtomicInteger opened = new AtomicInteger();
    private final List<Seen> seen = new CopyOnWriteArrayList<>();
    volatile String sessionStatus = "active";

    FakeGateway() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** The next turn plays this. */
    void nextTurn(Script script) {
        scripts.add(script);
    }

    List<Seen> seen(String method, String pathStart) {
        return seen.stream()
                .filter(each -> each.method().equals(method) && each.path().startsWith(pathStart))
                .toList();
    }

    /** Waits until such a request has come. */
    synchronized void awaitSeen(String method, String path) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (seen(method, path).isEmpty()) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                throw new AssertionError("expected " + method + " " + path + ", met " + seen);
            }
            wait(left);
        }
    }

    private synchronized void saw(Seen request) {
        seen.add(request);
        notifyAll();
    }

    private void handle(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String method = exchange.getRequestMethod();
        String path = exchange.getRequestURI().getPath();
        saw(new Seen(
                method,
                path,
                exchange.getRequestHeaders().getFirst("Authorization"),
                exchange.getRequestHeaders().getFirst("X-Idempotency-Key"),
                body.length == 0 ? Map.of() : Json.parseObject(body)));
        switch (method + " " + path.replaceAll("(ses|turn)_[^/]*", "*")) {
            case "POST /v1/sessions" -> data(exchange, session("ses_" + opened.incrementAndGet()));
            case "GET /v1/sessions/*" -> data(exchange, session(path.substring(path.lastIndexOf('/') + 1)));
            case "DELETE /v1/sessions/*", "POST /v1/turns/*/cancel" -> data(exchange, Map.of());
            case "POST /v1/turn" -> turn(exchange);
            default -> refuse(exchange, ErrorCode.NOT_FOUND);
        }
    }

    private Map<String, Object> session(String id) {
        Map<String, Object> session = new LinkedHashMap<>();
        session.put("session_id", id);
        session.put("user_id", "usr_1");
        session.put("conversation_id", "default");
        session.put("profile", "chat_low_latency");
        session.put("status", sessionStatus);
        for (String time : List.of("created_at", "expires_at", "last_activity")) {
            session.put(time, "2026-01-01T00:00:00.000Z");
        }
        session.put("turn_count", 0);
        session.put("active_streams", 0);
        session.put("metadata", Map.of());
        return session;
    }

    private void turn(HttpExchange exchange) throws IOException {
        Script script = scripts.poll();
        if (script == null) {
            refuse(exchange, ErrorCode.INTERNAL_ERROR);
            return;
        }
        Events events = new Events(exchange);
        try {
            script.play(events);
        } catch (Refusal refusal) {
            refuse(exchange, refusal.code);
            return;
        } catch (UncheckedIOException readerGone) {
            // The test's turn stopped listening.
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        exchange.close();
    }

    /** Makes a turn be refused before its stream begins. */
    static Script refusing(ErrorCode code) {
        return events -> {
            throw new Refusal(code);
        };
    }

    private static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final ErrorCode code;

        private Refusal(ErrorCode code) {
            this.code = code;
        }
    }

    private static void data(HttpExchange exchange, Map<String, Object> data) throws IOException {
        Map<String, Object> envelope = new LinkedHashMap<>();
        envelope.put("ok", true);
        envelope.put("data", data);
        envelope.put("error", null);
        answer(exchange, 200, envelope);
    }

    private static void refuse(HttpExchange exchange, ErrorCode code) throws IOException {
        Map<String, Object> envelope = new LinkedHashMap<>();
        envelope.put("ok", false);
        envelope.put("data", null);
        envelope.put("error", Map.of("code", code.name(), "message", code.message(), "details", Map.of("why", "test")));
        answer(exchange, code.httpStatus(), envelope);
    }

    private static void answer(HttpExchange exchange, int status, Map<String, Object> envelope) throws IOException {
        byte[] body = Json.bytes(envelope);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    /** The events of one stream, as the gateway frames them. */
    static final class Events {

        private final HttpExchange exchange;
        private OutputStream out;
        private int seq;

        private Events(HttpExchange exchange) {
            this.exchange = exchange;
        }

        Events started() {
            return frame(TurnEvent.STARTED, Map.of("input_len", 5))
                    .frame(TurnEvent.RECALLED, Map.of("degraded", false));
        }

        Events partial(int index, String text) {
            return frame(TurnEvent.PARTIAL, Map.of("index", index, "text", text));
        }

        Events confirmation(String approvalId) {
            Map<String, Object> approval = new LinkedHashMap<>();
            approval.put("approval_id", approvalId);
            approval.put("tool_name", "file.write");
            approval.put("summary", "write todo.txt");
            approval.put("risk_tier", "guarded_medium");
            approval.put("expires_at", "2026-01-01T00:02:00.000Z");
            approval.put("args", Map.of("content", "not for this socket"));
            return frame(TurnEvent.CONFIRMATION_REQUIRED, approval);
        }

        Events resolved(String approvalId, String status) {
            return frame(
                    TurnEvent.CONFIRMATION_RESOLVED,
                    Map.of("approval_id", approvalId, "status", status, "fence_token", 7));
        }

        Events answer(String text) {
            return frame(TurnEvent.FINAL, Map.of("assistant_text", text))
                    .frame(TurnEvent.MEMORY_WRITTEN, Map.of("written", true))
                    .bare(TurnEvent.DONE, Map.of());
        }

        Events failure(ErrorCode code) {
            return frame(
                            TurnEvent.ERROR,
                            Map.of(
                                    "code",
                                    code.name(),
                                    "message",
                                    code.message(),
                                    "retryable",
                                    code.retryable(),
                                    "details",
                                    Map.of("attempts", List.of())))
                    .bare(TurnEvent.DONE, Map.of());
        }

        Events cancelled() {
            return frame(TurnEvent.CANCELLED, Map.of("reason", "requested")).bare(TurnEvent.DONE, Map.of());
        }

        Events parked() {
            return bare(TurnEvent.PARKED, Map.of("pending_approvals", List.of()))
                    .bare(TurnEvent.DONE, Map.of());
        }

        private Events frame(String type, Map<String, Object> payload) {
            Map<String, Object> frame = new LinkedHashMap<>();
            frame.put("type", type);
            frame.put("session_id", "ses_1");
            frame.put("turn_id", TURN_ID);
            frame.put("seq", seq + 1);
            frame.put("timestamp", "2026-01-01T00:00:00.000Z");
            frame.put("correlation_id", "req_1");
            frame.put("payload", payload);
            return bare(type, frame);
        }

        private Events bare(String type, Map<String, Object> data) {
            seq++;
            String event = "id: " + seq + "\nevent: " + type + "\ndata: " + Json.text(data) + "\n\n: keep-alive\n\n";
            try {
                if (out == null) {
                    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
                    exchange.sendResponseHeaders(200, 0);
                    out = exchange.getResponseBody();
                }
                out.write(event.getBytes(StandardCharsets.UTF_8));
                out.flush();
                return this;
            } catch (IOException gone) {
                throw new UncheckedIOException(gone);
            }
        }
    }
}
