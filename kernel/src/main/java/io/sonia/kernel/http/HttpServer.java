package io.sonia.kernel.http;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Threads;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.eclipse.jetty.io.AbstractEndPoint;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.VirtualThreadPool;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.server.ServerWebSocketContainer;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP/1.1 and WebSocket engine (Jetty Core) under the {@link Pipeline}: one virtual thread for each request, bound
 * to one address.
 */
final class HttpServer implements AutoCloseable {

    private static final int HEADER_BYTES = 16 * 1024;
    private static final int FRAME_BYTES = 128 * 1024;
    /** Connections not taken yet; a herd that finds it full is told nothing and waits a second or more. */
    private static final int ACCEPT_QUEUE = 1_024;

    private static final int MAX_FRAMES_OUT = 256;
    private static final int SLOW_READER = 4029;
    private static final int GOING_AWAY = 1001;
    private static final Duration CONNECTION_IDLE = Duration.ofMinutes(2);
    private static final Duration CLOSING = Duration.ofSeconds(1);
    private static final String SUBPROTOCOL = "sonia.v1";

    private final Server server;
    private final ServerConnector connector;

    HttpServer(ServiceName service, String host, int port, Consumer<Exchange> requests, Ids ids, Clock clock) {
        VirtualThreadPool threads = new VirtualThreadPool();
        HttpServerThreads begun = new HttpServerThreads(service.wireName(), clock);
        threads.setVirtualThreadsExecutor(begun);
        threads.setMaxConcurrentTasks(0);
        server = new Server(threads);
        connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(configuration()));
        connector.setHost(host);
        connector.setPort(port);
        connector.setAcceptQueueSize(ACCEPT_QUEUE);
        connector.setIdleTimeout(CONNECTION_IDLE.toMillis());
        server.addConnector(connector);
        server.setErrorHandler(new EnvelopeErrors(new Envelope(service), ids));
        ServerWebSocketContainer sockets = ServerWebSocketContainer.ensure(server);
        sockets.setMaxTextMessageSize(FRAME_BYTES);
        sockets.setIdleTimeout(Duration.ZERO); // the heartbeat finds out who is gone
        server.setHandler(new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) {
                JettyExchange exchange =
                        new JettyExchange(request, response, callback, sockets, clock, begun.takeWaitNanos());
                requests.accept(exchange);
                exchange.complete();
                return true;
            }
        });
    }

    /**
     * Binds and serves.
     *
     * @throws SoniaException CONFLICT if the port is taken
     */
    void start() {
        try {
            server.start();
        } catch (Exception e) {
            if (e instanceof BindException || e.getCause() instanceof BindException) {
                throw SoniaException.of(ErrorCode.CONFLICT, "Port " + connector.getPort() + " is taken")
                        .with("port", connector.getPort());
            }
            throw new IllegalStateException("the HTTP engine did not start", e);
        }
    }

    /** The bound port. */
    int port() {
        return connector.getLocalPort();
    }

    /** Takes no new connections. */
    void stopAccepting() {
        connector.close();
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the HTTP engine did not stop", e);
        }
    }

    private static HttpConfiguration configuration() {
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.setSendServerVersion(false);
        configuration.setSendDateHeader(false);
        configuration.setRequestHeaderSize(HEADER_BYTES);
        // It takes a header for one seen before on the connection if they differ in case only: so would a key.
        configuration.setHeaderCacheSize(0);
        return configuration;
    }

    /** Answers what the HTTP parser refuses before the pipeline sees it. */
    private static final class EnvelopeErrors extends ErrorHandler {

        private final Envelope envelope;
        private final Ids ids;

        EnvelopeErrors(Envelope envelope, Ids ids) {
            this.envelope = envelope;
            this.ids = ids;
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            SoniaException failure = failure(response.getStatus());
            String correlationId = ids.next("req_");
            response.setStatus(failure.code().httpStatus());
            Headers.of(correlationId, Headers.JSON).forEach(response.getHeaders()::put);
            byte[] body = envelope.failure("http", correlationId, 0, failure);
            response.write(true, ByteBuffer.wrap(body), callback);
            return true;
        }

        private static SoniaException failure(int status) {
            return switch (status) {
                case 404 -> SoniaException.of(ErrorCode.NOT_FOUND);
                case 405 -> SoniaException.of(ErrorCode.METHOD_NOT_ALLOWED);
                case 413 -> SoniaException.of(ErrorCode.PAYLOAD_TOO_LARGE);
                case 431 -> SoniaException.of(ErrorCode.INVALID_ARGUMENT, "The headers are larger than 16 KiB");
                case 503 -> SoniaException.of(ErrorCode.OVERLOADED);
                default -> SoniaException.of(status < 500 ? ErrorCode.INVALID_ARGUMENT : ErrorCode.INTERNAL_ERROR);
            };
        }
    }

    /** One Jetty request as an {@link Exchange}. */
    private static final class JettyExchange implements Exchange {

        private final Request request;
        private final Response response;
        private final Callback callback;
        private final ServerWebSocketContainer sockets;
        private final Clock clock;
        private boolean upgraded;
        private boolean cut;
        private boolean gaveUp;
        private volatile boolean early;
        private final long waitedNanos;

        JettyExchange(
                Request request,
                Response response,
                Callback callback,
                ServerWebSocketContainer sockets,
                Clock clock,
                long waitedNanos) {
            this.request = request;
            this.response = response;
            this.callback = callback;
            this.sockets = sockets;
            this.clock = clock;
            this.waitedNanos = waitedNanos;
        }

        void complete() {
            if (cut) {
                callback.failed(new IOException("the answer was cut off"));
            } else if (!upgraded) {
                callback.succeeded();
            }
            if (early) {
                disconnect();
            }
        }

        @Override
        public String method() {
            return request.getMethod();
        }

        @Override
        public String path() {
            String path = request.getHttpURI().getPath();
            return path == null ? "/" : path;
        }

        @Override
        public @Nullable String query() {
            return request.getHttpURI().getQuery();
        }

        @Override
        public List<String> headers(String name) {
            return request.getHeaders().getValuesList(name);
        }

        @Override
        public @Nullable String header(String name) {
            return request.getHeaders().get(name);
        }

        @Override
        public byte[] read(int most, Deadline until, Runnable whenSlow) throws IOException {
            gaveUp = true;
            byte[] body = new HttpServerBody(request, until, whenSlow).read(most);
            gaveUp = false;
            return body;
        }

        @Override
        public InputStream body() {
            return gaveUp ? InputStream.nullInputStream() : Content.Source.asInputStream(request);
        }

        @Override
        public String address() {
            return Request.getRemoteAddr(request);
        }

        @Override
        public long waitedNanos() {
            return waitedNanos;
        }

        @Override
        public void announce(String name, String value) {
            response.getHeaders().put(name, value);
        }

        @Override
        public void respond(int status, Map<String, String> headers, byte[] body) {
            if (response.isCommitted()) {
                return;
            }
            response.setStatus(status);
            headers.forEach(response.getHeaders()::put);
            try {
                Content.Sink.write(response, true, ByteBuffer.wrap(body));
            } catch (IOException gone) {
                throw new UncheckedIOException(gone);
            }
        }

        @Override
        public OutputStream stream(Map<String, String> headers) {
            response.setStatus(200);
            headers.forEach(response.getHeaders()::put);
            return Content.Sink.asOutputStream(response);
        }

        @Override
        public void cut() {
            cut = true;
        }

        @Override
        public void disconnect() {
            request.getConnectionMetaData().getConnection().getEndPoint().close();
        }

        @Override
        public Watch watch(Runnable whenGone) {
            EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
            return endPoint instanceof AbstractEndPoint connection
                    ? HttpServerWatch.start(connection, whenGone, () -> early = true)
                    : () -> {};
        }

        @Override
        public boolean upgrade(SocketStart start) {
            upgraded = sockets.upgrade(
                    (upgrade, answer, done) -> {
                        if (upgrade.getSubProtocols().contains(SUBPROTOCOL)) {
                            answer.setAcceptedSubProtocol(SUBPROTOCOL);
                        }
                        return new JettySocket(start, clock);
                    },
                    request,
                    response,
                    callback);
            return upgraded;
        }
    }

    /** One Jetty WebSocket; public because Jetty calls it by method handle. */
    public static final class JettySocket implements Session.Listener.AutoDemanding, SocketPeer, Heartbeat.Line {

        private final Exchange.SocketStart start;
        private final AtomicInteger framesOut = new AtomicInteger();
        private volatile @Nullable Session session;
        private volatile @Nullable SocketSession receiver;
        private final Clock clock;
        private volatile @Nullable Heartbeat heartbeat;

        JettySocket(Exchange.SocketStart start, Clock clock) {
            this.start = start;
            this.clock = clock;
        }

        @Override
        public void onWebSocketOpen(Session opened) {
            session = opened;
            receiver = start.open(this);
            heartbeat = new Heartbeat(clock, this);
        }

        @Override
        public void ping() {
            Session current = session;
            if (current != null && current.isOpen()) {
                current.sendPing(ByteBuffer.allocate(0), org.eclipse.jetty.websocket.api.Callback.NOOP);
            }
        }

        @Override
        public void giveUp() {
            close(GOING_AWAY, "no answer to pings");
            Session current = session;
            if (current != null) {
                current.disconnect(); // nobody is there to answer the close frame
            }
        }

        @Override
        public void onWebSocketPong(ByteBuffer payload) {
            heard();
        }

        private void heard() {
            Heartbeat current = heartbeat;
            if (current != null) {
                current.heard();
            }
        }

        @Override
        public void onWebSocketText(String text) {
            heard();
            SocketSession current = receiver;
            if (current != null) {
                current.onText(text);
            }
        }

        @Override
        public void onWebSocketClose(int code, String reason, org.eclipse.jetty.websocket.api.Callback done) {
            SocketSession current = receiver;
            receiver = null;
            Heartbeat beating = heartbeat;
            if (beating != null) {
                beating.close();
            }
            if (current != null) {
                current.onClose(code, reason == null ? "" : reason);
            }
            done.succeed();
        }

        @Override
        public void send(String text) {
            Session current = session;
            if (current == null || !current.isOpen()) {
                return;
            }
            if (framesOut.incrementAndGet() > MAX_FRAMES_OUT) {
                close(SLOW_READER, "the reader is too slow");
                return;
            }
            current.sendText(
                    text,
                    org.eclipse.jetty.websocket.api.Callback.from(
                            framesOut::decrementAndGet, failure -> framesOut.decrementAndGet()));
        }

        @Override
        public void close(int code, String reason) {
            Session current = session;
            if (current != null) {
                current.close(code, reason, org.eclipse.jetty.websocket.api.Callback.NOOP);
                Threads.virtual("closing", () -> cutOff(current));
            }
        }

        /** Whoever leaves the close frame unanswered (RFC 6455 section 7.1.1) is cut off. */
        private void cutOff(Session closing) {
            try {
                clock.sleep(CLOSING);
                closing.disconnect();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
