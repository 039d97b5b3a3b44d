package io.sonia.gates.drill;

import io.sonia.kernel.Clock;
import io.sonia.kernel.Threads;
import io.sonia.kernel.json.Json;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** A model server of the drill's own, with OpenAI's chat completions, that answers as late as it is told to. */
final class SlowModel implements AutoCloseable {

    private static final int BACKLOG = 64;
    private static final int READ_MS = 30_000;
    private static final int MAX_LINE = 8 * 1024;
    private static final int MAX_BODY = 8 * 1024 * 1024;
    private static final String NAME = "drill-model";

    private final Clock clock;
    private final ServerSocket listener;
    private final AtomicLong answeredLate = new AtomicLong();
    private final AtomicLong answered = new AtomicLong();
    private volatile Duration delay = Duration.ZERO;

    SlowModel(Clock clock) throws IOException {
        this.clock = clock;
        this.listener = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
        Threads.virtual("slow model", this::accept);
    }

    String baseUrl() {
        return "http://127.0.0.1:" + listener.getLocalPort() + "/v1";
    }

    /** From now on it lets everybody wait so long. */
    void delay(Duration time) {
        delay = time;
    }

    /** How many answers it held back. */
    long answeredLate() {
        return answeredLate.get();
    }

    long answered() {
        return answered.get();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket caller = listener.accept();
                Threads.virtual("slow model answer", () -> serve(caller));
            } catch (IOException closed) {
                return;
            }
        }
    }

    /** One request a connection. */
    private void serve(Socket caller) {
        try (caller) {
            caller.setSoTimeout(READ_MS);
            InputStream in = new BufferedInputStream(caller.getInputStream());
            String path = line(in).split(" ", -1)[1];
            int length = 0;
            for (String header = line(in); !header.isEmpty(); header = line(in)) {
                if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                    length = Math.min(
                            MAX_BODY, Integer.parseInt(header.substring(15).strip()));
                }
            }
            String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
            caller.getOutputStream().write(answer(path, body).getBytes(StandardCharsets.UTF_8));
            caller.getOutputStream().flush();
        } catch (IOException | InterruptedException gone) {
            // The caller does not wait any more, or the drill is over.
        }
    }

    private String answer(String path, String body) throws InterruptedException {
        if (!path.endsWith("/chat/completions")) {
            Map<String, Object> models = Map.of("data", List.of(Map.of("id", NAME, "object", "model")));
            return whole(path.endsWith("/models") ? 200 : 404, Json.text(models));
        }
        Duration wait = delay;
        if (!wait.isZero()) {
            clock.sleep(wait);
            answeredLate.incrementAndGet();
        }
        answered.incrementAndGet();
        boolean stream = Boolean.TRUE.equals(
                Json.parseObject(body.getBytes(StandardCharsets.UTF_8)).get("stream"));
        return stream ? streamed() : whole(200, Json.text(completion("message", "stop")));
    }

    private static String streamed() {
        return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\ndata: "
                + Json.text(completion("delta", "stop")) + "\n\ndata: [DONE]\n\n";
    }

    private static Map<String, Object> completion(String member, String finish) {
        Map<String, Object> said = Map.of("role", "assistant", "content", "Good.");
        return Map.of(
                "object",
                "chat.completion",
                "choices",
                List.of(Map.of("index", 0, member, said, "finish_reason", finish)),
                "usage",
                Map.of("prompt_tokens", 3, "completion_tokens", 1));
    }

    private static String whole(int status, String json) {
        return "HTTP/1.1 " + status + " OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
                + json.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + json;
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0 || line.length() > MAX_LINE) {
                throw new IOException("expected a line");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
