package io.sonia.gateway;

import io.sonia.kernel.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Speaks the OpenAI API to a gateway over a socket of its own, as a client does that knows nothing of SONIA. */
final class CompletionClient implements AutoCloseable {

    private static final int PATIENCE_MS = 30_000;

    /** What came back. */
    record Answered(int status, Map<String, String> headers, String body) {

        Map<String, Object> json() {
            return Json.parseObject(body);
        }

        /** The data of each event; the last one is {@code [DONE]} if the stream was whole. */
        List<String> data() {
            return body.lines()
                    .filter(line -> line.startsWith("data: "))
                    .map(line -> line.substring(6))
                    .toList();
        }

        /** The data of the events but the last, as JSON. */
        List<Map<String, Object>> chunks() {
            return data().stream()
                    .filter(each -> !each.equals("[DONE]"))
                    .map(Json::parseObject)
                    .toList();
        }

        @SuppressWarnings("unchecked")
        Map<String, Object> message() {
            return (Map<String, Object>) choice().get("message");
        }

        Map<String, Object> choice() {
            return first(json());
        }

        Map<String, Object> error() {
            return map(json().get("error"));
        }

        /** The pieces of text of a stream. */
        List<String> pieces() {
            List<String> pieces = new ArrayList<>();
            for (Map<String, Object> chunk : chunks()) {
                if (chunk.get("choices") instanceof List<?> choices && !choices.isEmpty()) {
                    Object content = map(first(chunk).get("delta")).get("content");
                    if (content instanceof String text && !text.isEmpty()) {
                        pieces.add(text);
                    }
                }
            }
            return pieces;
        }
    }

    private final Socket socket;
    private final String key;

    CompletionClient(GatewayLife gateway) throws IOException {
        this.socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port());
        this.socket.setSoTimeout(PATIENCE_MS);
        this.key = gateway.operatorKey();
    }

    /** A request for one answer to these messages. */
    static Map<String, Object> conversation(Object... messages) {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("model", "chat_low_latency");
        request.put("messages", List.of(messages));
        return request;
    }

    static Map<String, Object> user(String text) {
        return Map.of("role", "user", "content", text);
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> map(Object json) {
        return (Map<String, Object>) json;
    }

    static Map<String, Object> first(Map<String, Object> completion) {
        return map(((List<?>) completion.get("choices")).getFirst());
    }

    Answered complete(Map<String, Object> request, String... headers) {
        send("POST /v1/chat/completions", Json.text(request), headers);
        return read();
    }

    Answered get(String path) {
        send("GET " + path, "", new String[0]);
        return read();
    }

    void send(String line, String body, String... headers) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        StringBuilder head = new StringBuilder(
                line + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + key + "\r\nConnection: close\r\n");
        if (bytes.length > 0) {
            head.append("Content-Type: application/json\r\nContent-Length: ")
                    .append(bytes.length)
                    .append("\r\n");
        }
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        try {
            socket.getOutputStream().write((head + "\r\n").getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The whole answer; the connection ends with it. */
    Answered read() {
        try {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            int status = Integer.parseInt(in.readLine().split(" ", 3)[1]);
            Map<String, String> headers = new LinkedHashMap<>();
            for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
                int colon = line.indexOf(':');
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
            StringBuilder body = new StringBuilder();
            for (int c = in.read(); c >= 0; c = in.read()) {
                body.append((char) c);
            }
            boolean chunked = headers.containsKey("transfer-encoding");
            return new Answered(status, headers, chunked ? joined(body.toString()) : body.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Events are ASCII here, so a chunk has as many characters as bytes. */
    private static String joined(String chunked) {
        StringBuilder body = new StringBuilder();
        int at = 0;
        while (at < chunked.length()) {
            int end = chunked.indexOf("\r\n", at);
            int size = Integer.parseInt(chunked.substring(at, end), 16);
            body.append(chunked, end + 2, end + 2 + size);
            at = end + 2 + size + 2;
        }
        return body.toString();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
