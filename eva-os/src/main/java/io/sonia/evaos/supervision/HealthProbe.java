package io.sonia.evaos.supervision;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ServiceName;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Asks {@code GET /healthz} on this machine; only status 200 is good. Speaks HTTP/1.1 on a plain socket: an HTTP client
 * would be loaded in the midst of a start, when six processes share the cores.
 */
public final class HealthProbe implements Probe {

    private static final byte[] REQUEST =
            "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private static final int STATUS_TO = "HTTP/1.1 200".length();
    private static final int STATUS_FROM = "HTTP/1.1 ".length();

    private final ToIntFunction<ServiceName> ports;
    private final int timeoutMs;
    private final Clock clock;

    /**
     * A probe that takes at most {@code timeout}.
     *
     * @param ports where each service listens
     */
    public HealthProbe(ToIntFunction<ServiceName> ports, Duration timeout, Clock clock) {
        this.ports = ports;
        this.timeoutMs = Math.toIntExact(timeout.toMillis());
        this.clock = clock;
    }

    @Override
    public Look look(ServiceName service) {
        long start = clock.nanoTime();
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), ports.applyAsInt(service));
        try (Socket socket = new Socket()) {
            socket.connect(address, timeoutMs);
            socket.getOutputStream().write(REQUEST);
            String line = statusLine(socket, start);
            return new Look((clock.nanoTime() - start) / 1e6, problem(line));
        } catch (ConnectException nobody) {
            return new Look(null, "nobody listens on port " + address.getPort());
        } catch (SocketTimeoutException late) {
            return new Look(null, "no answer within " + timeoutMs + " ms");
        } catch (IOException broken) {
            return new Look(null, "the connection broke");
        }
    }

    /** As much of the first line as is needed; shorter if the connection ends. */
    private String statusLine(Socket socket, long start) throws IOException {
        byte[] line = new byte[STATUS_TO];
        int read = 0;
        while (read < line.length) {
            int left = timeoutMs - (int) ((clock.nanoTime() - start) / 1_000_000);
            if (left <= 0) {
                throw new SocketTimeoutException();
            }
            socket.setSoTimeout(left);
            int more = socket.getInputStream().read(line, read, line.length - read);
            if (more < 0) {
                break;
            }
            read += more;
        }
        return new String(line, 0, read, StandardCharsets.ISO_8859_1);
    }

    private static @Nullable String problem(String line) {
        if (line.length() < STATUS_TO) {
            return "the connection broke";
        }
        String status = line.substring(STATUS_FROM);
        return status.equals("200") ? null : "status " + status;
    }
}
