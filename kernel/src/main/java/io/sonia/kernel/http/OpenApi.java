package io.sonia.kernel.http;

import io.sonia.kernel.ServiceName;
import io.sonia.kernel.Version;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The OpenAPI 3.1 document of one service, made from its routes. */
final class OpenApi {

    private static final Pattern VARIABLE = Pattern.compile("\\{([a-z_]+)}");

    private final ServiceName service;
    private final Supplier<List<Route<?>>> routes;
    private final List<SocketRoute> sockets;
    private volatile byte @Nullable [] made;

    OpenApi(ServiceName service, Supplier<List<Route<?>>> routes, List<SocketRoute> sockets) {
        this.service = service;
        this.routes = routes;
        this.sockets = sockets;
    }

    /** The document; made once, however many ask for it first, because that takes a cold process long. */
    synchronized byte[] bytes() {
        byte[] known = made;
        if (known == null) {
            known = Json.bytes(document());
            made = known;
        }
        return known;
    }

    private Map<String, @Nullable Object> document() {
        Map<String, Map<String, @Nullable Object>> paths = new LinkedHashMap<>();
        for (Route<?> route : routes.get()) {
            Operation operation = route.operation();
            paths.computeIfAbsent(operation.path(), path -> new LinkedHashMap<>())
                    .put(operation.method().toLowerCase(Locale.ROOT), operation(route));
        }
        for (SocketRoute socket : sockets) {
            Map<String, @Nullable Object> handshake = described(socket.operation());
            handshake.put("responses", Map.of("101", Map.of("description", "The WebSocket is open")));
            paths.computeIfAbsent(socket.operation().path(), path -> new LinkedHashMap<>())
                    .put("get", handshake);
        }
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("openapi", "3.1.0");
        document.put("info", Map.of("title", "SONIA " + service.wireName(), "version", Version.PRODUCT));
        document.put("paths", paths);
        document.put(
                "components",
                Map.of(
                        "securitySchemes",
                        Map.of(
                                "bearer", Map.of("type", "http", "scheme", "bearer"),
                                "service", Map.of("type", "apiKey", "in", "header", "name", "X-Service-Token"))));
        return document;
    }

    private static Map<String, @Nullable Object> operation(Route<?> route) {
        Operation operation = route.operation();
        Map<String, @Nullable Object> described = described(operation);
        Map<String, @Nullable Object> input = Shape.of(route.input()).schema();
        boolean hasBody = operation.bodyLimit() != BodyLimit.NONE;
        if (hasBody) {
            described.put("requestBody", Map.of("content", Map.of("application/json", Map.of("schema", input))));
        } else {
            parameters(described).addAll(queryParameters(input));
        }
        Map<String, @Nullable Object> data = Shape.of(route.output()).schema();
        described.put(
                "responses",
                Map.of(
                        "200",
                        Map.of(
                                "description",
                                "Success",
                                "content",
                                Map.of(
                                        "application/json",
                                        Map.of("schema", operation.openAi() ? data : envelope(data)))),
                        "default",
                        Map.of(
                                "description",
                                operation.openAi()
                                        ? "An error object as the OpenAI API has it"
                                        : "An error in the envelope; see error.code")));
        return described;
    }

    private static Map<String, @Nullable Object> described(Operation operation) {
        Map<String, @Nullable Object> described = new LinkedHashMap<>();
        described.put("operationId", operation.wireName());
        List<Map<String, @Nullable Object>> parameters = new ArrayList<>();
        VARIABLE.matcher(operation.path())
                .results()
                .map(MatchResult::group)
                .forEach(each -> parameters.add(
                        parameter(each.substring(1, each.length() - 1), "path", true, Map.of("type", "string"))));
        described.put("parameters", parameters);
        described.put(
                "security",
                operation.access().open()
                        ? List.of()
                        : List.of(Map.of("bearer", List.of()), Map.of("service", List.of())));
        described.put("x-sonia-deadline-ms", operation.deadline().toMillis());
        described.put("x-sonia-idempotency-key", operation.mutating());
        return described;
    }

    @SuppressWarnings("unchecked") // made by described
    private static List<Map<String, @Nullable Object>> parameters(Map<String, @Nullable Object> described) {
        return (List<Map<String, @Nullable Object>>) java.util.Objects.requireNonNull(described.get("parameters"));
    }

    private static List<Map<String, @Nullable Object>> queryParameters(Map<String, @Nullable Object> input) {
        List<Map<String, @Nullable Object>> parameters = new ArrayList<>();
        List<?> required = (List<?>) java.util.Objects.requireNonNull(input.get("required"));
        ((Map<?, ?>) java.util.Objects.requireNonNull(input.get("properties")))
                .forEach((name, schema) ->
                        parameters.add(parameter(String.valueOf(name), "query", required.contains(name), schema)));
        return parameters;
    }

    private static Map<String, @Nullable Object> parameter(String name, String in, boolean required, Object schema) {
        Map<String, @Nullable Object> parameter = new LinkedHashMap<>();
        parameter.put("name", name);
        parameter.put("in", in);
        parameter.put("required", required);
        parameter.put("schema", schema);
        return parameter;
    }

    private static Map<String, @Nullable Object> envelope(Map<String, @Nullable Object> data) {
        Map<String, @Nullable Object> properties = new LinkedHashMap<>();
        properties.put("ok", Map.of("type", "boolean"));
        properties.put("service", Map.of("type", "string"));
        properties.put("operation", Map.of("type", "string"));
        properties.put("correlation_id", Map.of("type", "string"));
        properties.put("duration_ms", Map.of("type", "number"));
        properties.put("data", data);
        properties.put("error", Map.of("type", "null"));
        Map<String, @Nullable Object> envelope = new LinkedHashMap<>();
        envelope.put("type", "object");
        envelope.put("properties", properties);
        return envelope;
    }
}
