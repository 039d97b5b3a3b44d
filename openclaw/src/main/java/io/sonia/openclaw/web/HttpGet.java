package io.sonia.openclaw.web;

import io.sonia.contracts.policy.NetworkAllowlist.Method;
import io.sonia.contracts.policy.NetworkAllowlist.Scheme;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Deadline;
import io.sonia.openclaw.tools.ToolRun;
import io.sonia.openclaw.web.Destinations.Destination;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * One GET or HEAD over a connection of its own to an address that was checked before. The JDK's HttpClient resolves
 * names by itself when it connects, so between check and connection the name could change its mind; here the socket is
 * connected to the checked address, and the name serves only for TLS (SNI and certificate) and the Host header. There is
 * no proxy, no cookie, no credential and no compression.
 */
final class HttpGet {

    private static final Duration CONNECT = Duration.ofSeconds(5);

    private final Supplier<SSLSocketFactory> tls;
    private final int maxBody;

    HttpGet(Supplier<SSLSocketFactory> tls, int maxBody) {
        this.tls = tls;
        this.maxBody = maxBody;
    }

    /**
     * Sends the request and reads the answer.
     *
     * @throws SoniaException TIMEOUT, or TOOL_FAILED with {@code details.reason} unreachable, tls or bad_answer
     */
    HttpAnswer send(Destination destination, Method method, ToolRun run) {
        Deadline deadline = run.context().deadline();
        try (Socket connected = connect(destination, deadline)) {
            run.onCancel(() -> close(connected));
            Socket socket = destination.address().scheme() == Scheme.HTTPS
                    ? secured(connected, destination.address(), deadline)
                    : connected;
            socket.getOutputStream().write(request(destination.address(), method));
            socket.getOutputStream().flush();
            InputStream in = new BufferedInputStream(new TimedStream(socket, deadline));
            return new HttpReader(in, maxBody).read(method == Method.GET);
        } catch (SSLException e) {
            run.check();
            throw UrlRefusal.failed("tls");
        } catch (SocketTimeoutException e) {
            run.check();
            throw UrlRefusal.failed("unreachable");
        } catch (IOException e) {
            run.check();
            throw UrlRefusal.failed("bad_answer");
        }
    }

    private static Socket connect(Destination destination, Deadline deadline) {
        for (InetAddress address : destination.pinned()) {
            deadline.check();
            Socket socket = new Socket(java.net.Proxy.NO_PROXY);
            try {
                int millis = millis(deadline.atMost(CONNECT));
                socket.connect(
                        new InetSocketAddress(address, destination.address().port()), millis);
                return socket;
            } catch (IOException next) {
                close(socket);
            }
        }
        deadline.check();
        throw UrlRefusal.failed("unreachable");
    }

    private Socket secured(Socket connected, WebAddress address, Deadline deadline) throws IOException {
        connected.setSoTimeout(millis(deadline));
        SSLSocket socket = (SSLSocket) tls.get().createSocket(connected, address.host(), address.port(), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    private static byte[] request(WebAddress address, Method method) {
        String request = method.name() + " " + address.target() + " HTTP/1.1\r\n"
                + "Host: " + address.authority() + "\r\n"
                + "User-Agent: sonia\r\n"
                + "Accept: text/html, text/plain, application/json, */*;q=0.5\r\n"
                + "Accept-Encoding: identity\r\n"
                + "Connection: close\r\n\r\n";
        return request.getBytes(StandardCharsets.US_ASCII);
    }

    /** Rounded up: whoever has waited so long is past the deadline, not just before it. */
    private static int millis(Deadline deadline) {
        return (int) Math.max(1, deadline.left().toMillis() + 1);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException ignored) {
            // Nothing can be done about a connection that does not even close.
        }
    }

    /** Reads from a socket until a deadline, however slowly the bytes come. */
    private static final class TimedStream extends FilterInputStream {

        private final Socket socket;
        private final Deadline deadline;

        TimedStream(Socket socket, Deadline deadline) throws IOException {
            super(socket.getInputStream());
            this.socket = socket;
            this.deadline = deadline;
        }

        @Override
        public int read() throws IOException {
            await();
            return in.read();
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            await();
            return in.read(bytes, offset, length);
        }

        private void await() throws IOException {
            deadline.check();
            socket.setSoTimeout(millis(deadline));
        }
    }
}
