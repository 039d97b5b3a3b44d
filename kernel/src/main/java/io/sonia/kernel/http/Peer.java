package io.sonia.kernel.http;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
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

    private final String name;
    private final URI base;
    private final HttpClient client;
    private final Hlc hlc;
    private final Supplier<String> serviceToken;

    /**
     * A peer at an address.
     *
     * @param serviceToken the calling service's own token; empty for a caller that is no service
     */
    public Peer(String name, URI base, HttpClient client, Hlc hlc, Supplier<String> serviceToken) {
        this.name = name;
        this.base = base;
        this.client = client;
        this.hlc = hlc;
        this.serviceToken = serviceToken;
    }

    /** An HTTP client for peers: HTTP/1.1, no redirects, no proxy. */
    public static HttpClient newClient() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(Duration.ofSeconds(2))
                .executor(java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor())
                .build();
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

        public Request idempotencyKey(@Nullable String key) {
            if (key != null) {
                headers.put("X-Idempotency-Key", key);
            }
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
            HttpResponse<byte[]> response = send(HttpResponse.BodyHandlers.ofByteArray(), "application/json");
            if (response.body().length > MAX_ANSWER) {
                throw failed(null);
            }
            return new Answer<>(response.statusCode(), data(response.body()));
        }

        /** Sends and returns the events of the answer; close it. */
        public EventSource events() {
            HttpResponse<InputStream> response = send(HttpResponse.BodyHandlers.ofInputStream(), "text/event-stream");
            String type = response.headers().firstValue("Content-Type").orElse("");
            if (type.startsWith("text/event-stream")) {
                return new EventSource(response.body());
            }
            try (InputStream refusal = response.body()) {
                data(refusal.readNBytes(MAX_ANSWER));
            } catch (IOException e) {
                throw failed(e);
            }
            throw failed(null);
        }

        private <B> HttpResponse<B> send(HttpResponse.BodyHandler<B> handler, String accept) {
            Duration left = context.deadline().left().minus(MARGIN);
            if (left.isNegative() || left.isZero()) {
                throw SoniaException.of(ErrorCode.TIMEOUT).with("dependency", name);
            }
            try {
                return client.send(request(left, accept), handler);
            } catch (HttpTimeoutException e) {
                throw SoniaException.caused(
                                e instanceof java.net.http.HttpConnectTimeoutException
                                        ? ErrorCode.UNAVAILABLE
                                        : ErrorCode.TIMEOUT,
                                e)
                        .with("dependency", name);
            } catch (ConnectException e) {
                throw SoniaException.caused(ErrorCode.UNAVAILABLE, e).with("dependency", name);
            } catch (IOException e) {
                throw SoniaException.caused(ErrorCode.UNAVAILABLE, e).with("dependency", name);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw SoniaException.caused(ErrorCode.UNAVAILABLE, e).with("dependency", name);
            }
        }

        private HttpRequest request(Duration left, String accept) {
            HttpRequest.BodyPublisher publisher = body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(body);
            HttpRequest.Builder builder = HttpRequest.newBuilder(uri())
                    .method(operation.method(), publisher)
                    .timeout(left)
                    .header("Accept", accept)
                    .header("X-Correlation-ID", context.correlationId())
                    .header("traceparent", context.trace().traceparent())
                    .header("X-Hlc", hlc.tick())
                    .header("X-Deadline-Ms", Long.toString(Math.max(1, Math.min(300_000, left.toMillis()))));
            if (body != null) {
                builder.header("Content-Type", "application/json");
            }
            if (context.trace().state() != null) {
                builder.header("tracestate", context.trace().state());
            }
            identify(builder);
            headers.forEach(builder::header);
            return builder.build();
        }

        /** A person's key goes along only where an operator may act; elsewhere the service acts and names the person. */
        private void identify(HttpRequest.Builder builder) {
            String token = serviceToken.get();
            if (!token.isEmpty()) {
                builder.header("X-Service-Token", token);
            }
            if (context.bearer() != null && (operation.access().operator() || token.isEmpty())) {
                builder.header("Authorization", "Bearer " + context.bearer());
            } else if (!token.isEmpty()) {
                builder.header("X-On-Behalf-Of", context.caller().principal());
            }
        }

        private URI uri() {
            StringBuilder target = new StringBuilder(path);
            char separator = '?';
            for (Map.Entry<String, String> parameter : query.entrySet()) {
                target.append(separator).append(parameter.getKey()).append('=').append(encoded(parameter.getValue()));
                separator = '&';
            }
            return base.resolve(target.toString());
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

    private static SoniaException rebuilt(Map<?, ?> error) {
        ErrorCode code = ErrorCode.DEPENDENCY_FAILED;
        for (ErrorCode each : ErrorCode.values()) {
            if (each.name().equals(error.get("code"))) {
                code = each;
            }
        }
        SoniaException failure = SoniaException.of(code, String.valueOf(error.get("message")));
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

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
