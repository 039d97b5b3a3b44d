package io.sonia.memory;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.http.Peer;
import io.sonia.kernel.json.Json;
import io.sonia.testkit.FakeEmbeddings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The model router as the memory engine sees it: vectors of words, or the failure a test has set. */
final class FakeRouter implements AutoCloseable {

    final FakeEmbeddings embeddings = new FakeEmbeddings();
    final List<List<String>> calls = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private volatile @Nullable ErrorCode failure;
    private volatile Predicate<String> tooLong = text -> false;
    private volatile Runnable meanwhile = () -> {};

    FakeRouter() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/embeddings", this::answer);
        server.start();
    }

    Peer peer() {
        return new Peer("model-router", server.getAddress().getPort(), new Hlc(Clock.system()), () -> "");
    }

    /** Answers everything with this; null: with vectors again. */
    void fails(@Nullable ErrorCode code) {
        failure = code;
    }

    /** Refuses each call with such a text in it. */
    void refuses(Predicate<String> texts) {
        tooLong = texts;
    }

    /** Done while a call is under way. */
    void meanwhile(Runnable something) {
        meanwhile = something;
    }

    private void answer(HttpExchange exchange) throws IOException {
        Map<String, @Nullable Object> request =
                Json.parseObject(exchange.getRequestBody().readAllBytes());
        List<String> texts =
                ((List<?>) request.get("input")).stream().map(String::valueOf).toList();
        calls.add(texts);
        meanwhile.run();
        ErrorCode code = failure;
        if (code == null && texts.stream().anyMatch(tooLong)) {
            code = ErrorCode.CONTEXT_TOO_LONG;
        }
        Map<String, @Nullable Object> envelope = new LinkedHashMap<>();
        envelope.put("data", code == null ? vectors(texts) : null);
        envelope.put(
                "error",
                code == null ? null : Map.of("code", code.name(), "message", "as the test says", "details", Map.of()));
        byte[] body = Json.bytes(envelope);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(code == null ? 200 : code.httpStatus(), body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private Map<String, @Nullable Object> vectors(List<String> texts) {
        List<List<Double>> vectors = texts.stream().map(embeddings::vector).toList();
        Map<String, @Nullable Object> decision = new LinkedHashMap<>();
        decision.put("trace_id", "t");
        decision.put("task_type", "embeddings");
        decision.put("profile", "embeddings");
        decision.put("reason_code", "PINNED");
        decision.put("candidates", List.of());
        decision.put("skipped", List.of());
        decision.put("fallback_chain", List.of());
        decision.put("estimated_tokens", 1);
        decision.put("policy", "provider_pinned");
        decision.put("attempts", List.of());
        decision.put("decided_at", "2026-01-01T00:00:00Z");
        Map<String, @Nullable Object> usage = new LinkedHashMap<>();
        usage.put("prompt_tokens", 1);
        usage.put("completion_tokens", 0);
        usage.put("synthetic", false);
        usage.put("estimated", false);
        Map<String, @Nullable Object> data = new LinkedHashMap<>();
        data.put("model", "embed");
        data.put("provider", "lab");
        data.put("dimensions", vectors.getFirst().size());
        data.put("vectors", vectors);
        data.put("usage", usage);
        data.put("route_decision", decision);
        return data;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
