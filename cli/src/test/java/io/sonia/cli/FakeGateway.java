package io.sonia.cli;

import static io.sonia.cli.Samples.map;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.sonia.kernel.Home;
import io.sonia.kernel.SecretFile;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** A gateway that answers by script and remembers what it was asked: envelopes and server-sent events on one port. */
final class FakeGateway implements AutoCloseable {

    private static final String KEY = "sk-sonia-test";

    /** What one request is answered with. */
    interface Script {
        void answer(Reply reply) throws IOException;
    }

    /** One request as it came. */
    record Seen(String line, String query, Map<String, @Nullable Object> body, String correlationId, String key) {}

    private final HttpServer server;
    private final Map<String, Script> scripts = new ConcurrentHashMap<>();
    private final List<Seen> seen = new CopyOnWriteArrayList<>();

    FakeGateway(Home home) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
        SecretFile.createFolder(home.operatorToken().getParent());
        SecretFile.write(home.operatorToken(), (KEY + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    /** Says what to answer; the request is named by method and path. */
    FakeGateway on(String request, Script script) {
        scripts.put(request, script);
        return this;
    }

    /** The environment that leads every service here. */
    Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        for (String service : List.of(
                "EVA_OS", "MEMORY_ENGINE", "MODEL_ROUTER", "OPENCLAW", "API_GATEWAY", "PIPECAT", "SOFIIA_CONSOLE")) {
            environment.put(
                    "SONIA_SERVICES__" + service + "__PORT",
                    Integer.toString(server.getAddress().getPort()));
        }
        return environment;
    }

    /** Requests whose line starts so. */
    List<Seen> seen(String start) {
        return seen.stream().filter(each -> each.line().startsWith(start)).toList();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        String line =
                exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
        byte[] body = exchange.getRequestBody().readAllBytes();
        String correlationId = String.valueOf(exchange.getRequestHeaders().getFirst("X-Correlation-ID"));
        String key = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
        String query = String.valueOf(exchange.getRequestURI().getQuery());
        seen.add(new Seen(line, query, body.length == 0 ? Map.of() : Json.parseObject(body), correlationId, key));
        Reply reply = new Reply(exchange, correlationId);
        try (exchange) {
            Script script = scripts.get(line);
            if (!key.equals("Bearer " + KEY) && !line.endsWith("/readyz")) {
                reply.error(401, "UNAUTHORIZED", map());
            } else if (script == null) {
                reply.error(404, "NOT_FOUND", map());
            } else {
                script.answer(reply);
            }
        }
    }

    /** The ways to answer. */
    static final class Reply {

        private final HttpExchange exchange;
        private final String correlationId;
        private long seq;

        private Reply(HttpExchange exchange, String correlationId) {
            this.exchange = exchange;
            this.correlationId = correlationId;
        }

        void data(Map<String, @Nullable Object> data) throws IOException {
            envelope(200, data, null);
        }

        void error(int status, String code, Map<String, @Nullable Object> details) throws IOException {
            envelope(status, null, map("code", code, "message", "No: " + code, "details", details));
        }

        /** Sends one frame of a turn's stream; the first one begins the stream. */
        void frame(String type, Map<String, @Nullable Object> payload) {
            seq++;
            bare(
                    type,
                    map(
                            "type", type,
                            "session_id", "ses_1",
                            "turn_id", "turn_1",
                            "seq", seq,
                            "timestamp", "2026-01-31T08:00:00.000Z",
                            "correlation_id", correlationId,
                            "payload", payload));
        }

        /** Sends an event that is no frame. */
        void bare(String type, Map<String, @Nullable Object> data) {
            try {
                if (exchange.getResponseCode() < 0) {
                    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
                    exchange.sendResponseHeaders(200, 0);
                }
                OutputStream out = exchange.getResponseBody();
                String event = "event: " + type + "\ndata: " + Json.text(data) + "\n\n";
                out.write(event.getBytes(StandardCharsets.UTF_8));
                out.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void envelope(
                int status, @Nullable Map<String, @Nullable Object> data, @Nullable Map<String, @Nullable Object> error)
                throws IOException {
            byte[] bytes = Json.bytes(map(
                    "ok",
                    error == null,
                    "service",
                    "api-gateway",
                    "operation",
                    "test",
                    "correlation_id",
                    correlationId,
                    "duration_ms",
                    1.0,
                    "data",
                    data,
                    "error",
                    error));
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }
}
