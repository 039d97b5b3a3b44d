package io.sonia.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that follow each other on one connection are judged each by itself. */
class KeptConnectionIT {

    @TempDir
    Path folder;

    @Test
    void aKeyIsNotTakenForOneOfOtherCaseThatWasShownBefore() throws IOException {
        Route<Empty> route = Route.of(Operation.STATUS, Empty.class, call -> Reply.ok(new Empty()));
        try (TestServer server = new TestServer(folder, List.of(route), List.of(), Map.of());
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(10_000);
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            String key = server.operator.text();
            String other = key.substring(0, 22) + key.substring(22).toUpperCase(Locale.ROOT);
            assertThat(other).isNotEqualTo(key);

            for (int i = 0; i < 3; i++) {
                assertThat(status(socket, in, key)).isEqualTo(200);
                assertThat(status(socket, in, other)).isEqualTo(401);
            }
        }
    }

    private static int status(Socket socket, BufferedReader in, String key) throws IOException {
        String request = "GET /status HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + key + "\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        int status = Integer.parseInt(in.readLine().split(" ", 3)[1]);
        int length = 0;
        for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length = Integer.parseInt(line.substring(15).strip());
            }
        }
        assertThat(in.read(new char[length], 0, length)).isEqualTo(length);
        return status;
    }
}
