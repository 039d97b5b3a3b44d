package io.sonia.platform;

import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A caller from outside: plain HTTP, nothing of the product but JSON. */
final class Api {

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** What came back. */
    @SuppressWarnings("ArrayRecordComponent") // a file as it came
    record Response(int status, Map<String, List<String>> headers, byte[] bytes) {

        String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }

        Map<String, Object> json() {
            return Json.parseObject(bytes);
        }

        Map<String, Object> data() {
            return object(json().get("data"));
        }

        String code() {
            return String.valueOf(object(json().get("error")).get("code"));
        }

        Map<String, Object> details() {
            return object(object(json().get("error")).get("details"));
        }

        Optional<String> header(String name) {
            return headers.entrySet().stream()
                    .filter(each -> each.getKey().equalsIgnoreCase(name))
                    .map(each -> each.getValue().getFirst())
                    .findFirst();
        }

        /** The events of a stream as (event, data). */
        List<Map.Entry<String, Map<String, Object>>> events() {
            List<Map.Entry<String, Map<String, Object>>> events = new ArrayList<>();
            for (String block : text().split("\n\n", -1)) {
                String event = "";
                String data = "";
                for (String line : block.split("\n", -1)) {
                    if (line.startsWith("event: ")) {
                        event = line.substring(7);
                    } else if (line.startsWith("data: ")) {
                        data = line.substring(6);
                    }
                }
                if (!data.isEmpty()) {
                    events.add(Map.entry(event, Json.parseObject(data)));
                }
            }
            return events;
        }
    }

    private final URI base;
    private final Map<String, String> headers;

    private Api(URI base, Map<String, String> headers) {
        this.base = base;
        this.headers = headers;
    }

    static Api at(int port, String token) {
        return new Api(URI.create("http://127.0.0.1:" + port), Map.of("Authorization", "Bearer " + token));
    }

    static Api anonymous(int port) {
        return new Api(URI.create("http://127.0.0.1:" + port), Map.of());
    }

    Api with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Api(base, more);
    }

    Response get(String path) {
        return send("GET", path, null);
    }

    Response post(String path, Map<String, ?> body) {
        return send("POST", path, Json.text(body));
    }

    Response delete(String path) {
        return send("DELETE", path, null);
    }

    /** Calls an operation with every path variable set to {@code value}. */
    Response call(Operation operation, String value, String body) {
        String path = operation.path().replaceAll("\\{[a-z_]+}", value);
        return send(operation.method(), path, operation.method().equals("GET") ? null : body);
    }

    Response send(String method, String path, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path)).timeout(Duration.ofSeconds(60));
        headers.forEach(request::header);
        if (body == null) {
            request.method(method, HttpRequest.BodyPublishers.noBody());
        } else {
            request.header("Content-Type", "application/json");
            request.method(method, HttpRequest.BodyPublishers.ofString(body));
        }
        try {
            HttpResponse<byte[]> response = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            return new Response(response.statusCode(), response.headers().map(), response.body());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> object(Object json) {
        return (Map<String, Object>) json;
    }

    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> objects(Object json) {
        return (List<Map<String, Object>>) json;
    }
}
