package io.sonia.evaos;

import io.sonia.contracts.policy.AlertRouting;
import io.sonia.kernel.Clock;
import io.sonia.kernel.http.PublicAddress;
import io.sonia.kernel.http.Resolver;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Posts to a channel. The name is resolved once and the connection made to what it resolved to; one address that is not
 * public spoils them all, unless the policy says that it may. No proxy, no redirect; of the answer the status line is
 * read and nothing else.
 */
final class WebhookPost {

    /** From the connection to the answer, for channels of the policy. */
    static final Duration LONGEST = Duration.ofSeconds(10);

    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final int MAX_STATUS_LINE = 512;
    private static final int HTTPS = 443;
    private static final int HTTP = 80;

    private final Resolver resolver;
    private final Clock clock;
    private final Duration longest;

    /** @param longest from the connection to the answer */
    WebhookPost(Resolver resolver, Clock clock, Duration longest) {
        this.resolver = resolver;
        this.clock = clock;
        this.longest = longest;
    }

    /**
     * Posts a message.
     *
     * @throws IOException if it did not arrive, or was not answered with a 2xx status; the message says why
     */
    void send(AlertRouting.Channel channel, AlertMessage message) throws IOException {
        URI address = URI.create(channel.url());
        boolean secure = "https".equals(address.getScheme());
        int port = address.getPort() > 0 ? address.getPort() : secure ? HTTPS : HTTP;
        long end = clock.nanoTime() + longest.toNanos();
        InetAddress target = resolved(channel, address.getHost());
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress(target, port), (int) CONNECT.toMillis());
            try (Socket socket = secure ? secured(plain, address.getHost(), port, end) : plain) {
                socket.getOutputStream().write(request(address, port, message));
                socket.getOutputStream().flush();
                int status = status(socket, end);
                if (status < 200 || status > 299) {
                    throw new IOException("answered with status " + status);
                }
            }
        }
    }

    private InetAddress resolved(AlertRouting.Channel channel, String host) throws IOException {
        String name = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        List<InetAddress> all = resolver.resolve(name);
        if (!channel.allowPrivate() && !all.stream().allMatch(PublicAddress::is)) {
            throw new IOException("its address is not public");
        }
        return all.getFirst();
    }

    private Socket secured(Socket plain, String host, int port, long end) throws IOException {
        plain.setSoTimeout(left(end));
        SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
        SSLSocket socket = (SSLSocket) factory.createSocket(plain, host, port, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    private static byte[] request(URI address, int port, AlertMessage message) throws IOException {
        String path = address.getRawPath() == null || address.getRawPath().isEmpty() ? "/" : address.getRawPath();
        String query = address.getRawQuery() == null ? "" : "?" + address.getRawQuery();
        StringBuilder head = new StringBuilder("POST " + path + query + " HTTP/1.1\r\n");
        head.append("Host: ").append(address.getHost()).append(':').append(port).append("\r\n");
        head.append("User-Agent: sonia\r\nConnection: close\r\n");
        for (Map.Entry<String, String> each : message.headers().entrySet()) {
            head.append(each.getKey()).append(": ").append(each.getValue()).append("\r\n");
        }
        head.append("Content-Length: ").append(message.body().length).append("\r\n\r\n");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
        out.write(message.body());
        return out.toByteArray();
    }

    /** Reads the status line, byte by byte, so that who answers slowly is not waited for longer than who is silent. */
    private int status(Socket socket, long end) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder line = new StringBuilder();
        while (line.length() < MAX_STATUS_LINE) {
            socket.setSoTimeout(left(end));
            int read = in.read();
            if (read < 0 || read == '\n') {
                break;
            }
            line.append((char) read);
        }
        String[] words = line.toString().strip().split(" ", 3);
        if (words.length < 2 || !words[0].startsWith("HTTP/1.") || !words[1].matches("[1-5]\\d\\d")) {
            throw new IOException("answered with something that is not HTTP");
        }
        return Integer.parseInt(words[1]);
    }

    private int left(long end) throws IOException {
        long millis = TimeUnit.NANOSECONDS.toMillis(end - clock.nanoTime());
        if (millis <= 0) {
            throw new InterruptedIOException("did not answer in time");
        }
        return (int) millis;
    }

    /** What went wrong, without an address or a name in it. */
    static String problem(IOException failure) {
        return switch (failure) {
            case UnknownHostException _ -> "its name does not resolve";
            case SocketTimeoutException _ -> "did not answer in time";
            case ConnectException _ -> "refused the connection";
            case SSLException _ -> "has no certificate that is trusted, or speaks no TLS";
            case InterruptedIOException _ -> "did not answer in time";
            case SocketException _ -> "broke off the connection";
            default -> String.valueOf(failure.getMessage());
        };
    }
}
