package io.sonia.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A model server on a free loopback port that answers what a test scripts: queued answers first, then the standing one.
 * Answers without a pause are written at once from rendered bytes, so it also serves as the model of a benchmark.
 */
public abstract sealed class FakeModelServer implements AutoCloseable permits FakeOpenAi, FakeAnthropic {

    private static final int MAX_SEEN = 1000;
    private static final int BACKLOG = 256;
    private static final int MAX_RENDERED = 100;

    /** A stretch of response bytes and the pause after it; null at the end. */
    record Stretch(byte[] bytes, FakeAnswer.@Nullable Piece pause) {}

    private record Rendering(FakeAnswer answer, boolean stream) {}

    private final ServerSocket listener;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<HttpConnection> open = ConcurrentHashMap.newKeySet();
    private final Deque<FakeAnswer> script = new ArrayDeque<>();
    private final Deque<SeenRequest> seen = new ArrayDeque<>();
    private final Map<Rendering, List<Stretch>> rendered = new ConcurrentHashMap<>();
    private final AtomicInteger accepted = new AtomicInteger();
    private final Semaphore gone = new Semaphore(0);
    private volatile FakeAnswer standing = FakeAnswer.text("hello");
    private volatile List<FakeModel> models;
    private volatile @Nullable FakeAnswer listingFailure;
    private volatile @Nullable String key;
    private volatile @Nullable String listing;
    private volatile boolean streams = true;

    FakeModelServer(int port, List<FakeModel> models) {
        this.models = List.copyOf(models);
        try {
            this.listener = new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.execute(this::accept);
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** The next answers, each for one model call. */
    public FakeModelServer then(FakeAnswer... answers) {
        synchronized (script) {
            script.addAll(List.of(answers));
        }
        return this;
    }

    /** The answer when none is queued. */
    public FakeModelServer always(FakeAnswer answer) {
        standing = answer;
        return this;
    }

    public FakeModelServer models(FakeModel... list) {
        models = List.of(list);
        return this;
    }

    /** Answers every listing with this error; null answers it again. */
    public FakeModelServer listingFails(@Nullable FakeAnswer error) {
        listingFailure = error;
        return this;
    }

    /** Answers every listing of models with this text. */
    public FakeModelServer listing(String json) {
        listing = json;
        return this;
    }

    /** Answers whole where a stream is asked for. */
    public FakeModelServer ignoresStream() {
        streams = false;
        return this;
    }

    /** Connections accepted so far. */
    public int connections() {
        return accepted.get();
    }

    /** Refuses model calls without this key. */
    public FakeModelServer requireKey(String required) {
        key = required;
        return this;
    }

    /** The model calls met so far, the last thousand. */
    public List<SeenRequest> calls() {
        synchronized (seen) {
            return List.copyOf(seen);
        }
    }

    /** True once so many model calls were met. */
    public boolean called(int times, Duration within) throws InterruptedException {
        long until = System.nanoTime() + within.toNanos();
        synchronized (seen) {
            while (seen.size() < times) {
                long left = until - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                TimeUnit.NANOSECONDS.timedWait(seen, left);
            }
            return true;
        }
    }

    /** True once a client has closed its connection during a stall; each true uses up one closing. */
    public boolean clientLeft(Duration within) throws InterruptedException {
        return gone.tryAcquire(within.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        open.forEach(HttpConnection::close);
        threads.shutdownNow();
    }

    abstract String callPath();

    /** The key a request carries, or null. */
    abstract @Nullable String keyOf(SeenRequest request);

    /** The answer to a request that is no model call; null: there is nothing at this address. */
    abstract byte @Nullable [] other(SeenRequest request);

    /** Answers a request of another kind by itself; false: it is none that this server knows. */
    boolean served(SeenRequest request, HttpConnection connection) throws IOException, InterruptedException {
        return false;
    }

    abstract byte[] error(int status, String message);

    /** The answer as one JSON body. */
    abstract byte[] whole(FakeAnswer answer);

    /** What comes before, for, and after the pieces of a streamed answer, each as text of the stream. */
    abstract String opening(FakeAnswer answer);

    abstract String piece(FakeAnswer.Piece piece, int index);

    abstract String closing(FakeAnswer answer);

    List<FakeModel> models() {
        return models;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                socket.setTcpNoDelay(true);
                accepted.incrementAndGet();
                threads.execute(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            HttpConnection connection = new HttpConnection(socket);
            open.add(connection);
            try {
                for (SeenRequest request = connection.read(); request != null; request = connection.read()) {
                    answer(request, connection);
                }
            } finally {
                open.remove(connection);
            }
        } catch (IOException | InterruptedException clientOrServerGone) {
            return;
        }
    }

    private void answer(SeenRequest request, HttpConnection connection) throws IOException, InterruptedException {
        FakeAnswer failure = listingFailure;
        if (request.path().equals(callPath())) {
            call(request, connection);
        } else if (served(request, connection)) {
            return;
        } else if (failure != null) {
            connection.send(HttpConnection.response(failure.status(), error(failure.status(), failure.message())));
        } else {
            String scripted = listing;
            byte[] found = scripted == null ? other(request) : scripted.getBytes(StandardCharsets.UTF_8);
            connection.send(
                    found == null
                            ? HttpConnection.response(404, error(404, "not found"))
                            : HttpConnection.response(200, found));
        }
    }

    private void call(SeenRequest request, HttpConnection connection) throws IOException, InterruptedException {
        FakeAnswer answer;
        synchronized (seen) {
            seen.addLast(request);
            seen.notifyAll();
            if (seen.size() > MAX_SEEN) {
                seen.removeFirst();
            }
        }
        synchronized (script) {
            answer = script.isEmpty() ? standing : script.removeFirst();
        }
        String required = key;
        if (required != null && !required.equals(keyOf(request))) {
            answer = FakeAnswer.error(401, "invalid key");
        }
        if (rendered.size() > MAX_RENDERED) {
            rendered.clear();
        }
        List<Stretch> stretches =
                rendered.computeIfAbsent(new Rendering(answer, streams && request.wantsStream()), this::render);
        for (Stretch stretch : stretches) {
            connection.send(stretch.bytes());
            pause(stretch.pause(), connection);
        }
    }

    private void pause(FakeAnswer.@Nullable Piece pause, HttpConnection connection)
            throws IOException, InterruptedException {
        switch (pause) {
            case FakeAnswer.Gate gate -> {
                if (!connection.await(gate.open())) {
                    gone.release();
                    throw new IOException("the client has gone");
                }
            }
            case FakeAnswer.Cut cut -> throw new IOException("cut by the script");
            case FakeAnswer.Stall stall -> untilGone(connection);
            case FakeAnswer.StallBeforeHead stall -> untilGone(connection);
            case null, default -> {}
        }
    }

    final void untilGone(HttpConnection connection) throws IOException {
        try {
            connection.awaitClientGone();
        } finally {
            gone.release();
        }
        throw new IOException("the client has gone");
    }

    private List<Stretch> render(Rendering rendering) {
        FakeAnswer answer = rendering.answer();
        if (answer.status() != 200) {
            return List.of(new Stretch(
                    HttpConnection.response(answer.status(), error(answer.status(), answer.message())), null));
        }
        return rendering.stream()
                ? stream(answer)
                : List.of(new Stretch(HttpConnection.response(200, whole(answer)), null));
    }

    private List<Stretch> stream(FakeAnswer answer) {
        List<Stretch> stretches = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        if (!answer.pieces().isEmpty() && answer.pieces().getFirst() instanceof FakeAnswer.StallBeforeHead stall) {
            return List.of(new Stretch(new byte[0], stall));
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                .getBytes(StandardCharsets.ISO_8859_1));
        text.append(opening(answer));
        int index = 0;
        for (FakeAnswer.Piece piece : answer.pieces()) {
            switch (piece) {
                case FakeAnswer.Line line -> text.append(line.line()).append("\n\n");
                case FakeAnswer.Text said -> text.append(piece(said, index++));
                case FakeAnswer.Tool tool -> text.append(piece(tool, index++));
                default -> {
                    chunk(text, bytes);
                    stretches.add(new Stretch(bytes.toByteArray(), piece));
                    bytes.reset();
                }
            }
        }
        text.append(closing(answer));
        chunk(text, bytes);
        bytes.writeBytes("0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        stretches.add(new Stretch(bytes.toByteArray(), null));
        return stretches;
    }

    /** Moves the text into one chunk (RFC 9112 section 7.1). */
    private static void chunk(StringBuilder text, ByteArrayOutputStream bytes) {
        byte[] data = text.toString().getBytes(StandardCharsets.UTF_8);
        text.setLength(0);
        if (data.length > 0) {
            bytes.writeBytes((Integer.toHexString(data.length) + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            bytes.writeBytes(data);
            bytes.writeBytes("\r\n".getBytes(StandardCharsets.ISO_8859_1));
        }
    }
}
