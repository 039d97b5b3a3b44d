package io.sonia.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/** Looks at a port with as little as possible: it runs while the services need the processor to start. */
final class Probe {

    /** What is behind a port. */
    enum Found {
        NOTHING,
        BUSY,
        READY
    }

    private static final int CONNECT_MS = 200;
    private static final int ANSWER_MS = 2_000;
    private static final byte[] READY = "HTTP/1.1 200".getBytes(StandardCharsets.US_ASCII);

    private Probe() {}

    /** Asks {@code /readyz}: ready, or not yet ready, or nobody there. */
    static Found ready(Addresses.Address address) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address.host(), address.port()), CONNECT_MS);
            socket.setSoTimeout(ANSWER_MS);
            String request = "GET /readyz HTTP/1.1\r\nHost: " + address.host() + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return isReady(socket.getInputStream()) ? Found.READY : Found.BUSY;
        } catch (SocketTimeoutException slow) {
            return Found.BUSY;
        } catch (IOException closed) {
            return Found.NOTHING;
        }
    }

    /** True if somebody accepts connections there. */
    static boolean listens(Addresses.Address address) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address.host(), address.port()), CONNECT_MS);
            return true;
        } catch (IOException closed) {
            return false;
        }
    }

    /** True if a service could listen there. */
    static boolean free(Addresses.Address address) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address.host(), address.port()), 1);
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    private static boolean isReady(InputStream answer) throws IOException {
        byte[] start = answer.readNBytes(READY.length);
        return java.util.Arrays.equals(start, READY);
    }
}
