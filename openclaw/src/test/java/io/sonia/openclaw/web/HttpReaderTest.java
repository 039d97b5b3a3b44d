package io.sonia.openclaw.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.SoniaException;
import io.sonia.testkit.Cases;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpReaderTest {

    private static final int CAP = 20;
    private static final String PIECES = "HTTP/1.1 200 OK\r\n|HTTP/1.1 100 Continue\r\n\r\n|Content-Length: |"
            + "Transfer-Encoding: chunked\r\n|\r\n|\n|\r|0|1|5\r\n|ffffffff\r\n|-|9999|: |;| |x|abcde|"
            + "text of more than twenty";

    private static HttpAnswer read(String wire) throws IOException {
        return new HttpReader(new ByteArrayInputStream(wire.getBytes(StandardCharsets.ISO_8859_1)), CAP).read(true);
    }

    private static String body(String wire) throws IOException {
        return new String(read(wire).body(), StandardCharsets.ISO_8859_1);
    }

    @Test
    void bodiesAreFramedByLengthByChunksOrByTheEnd() throws IOException {
        assertThat(body("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef")).isEqualTo("abc");
        assertThat(body("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"))
                .isEqualTo("abcde");
        assertThat(body("HTTP/1.0 200\r\n\r\nabc")).isEqualTo("abc");
        assertThat(body("HTTP/1.1 204 No Content\r\n\r\nabc")).isEmpty();
        assertThat(body("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nabc"))
                .isEqualTo("abc");
    }

    @Test
    void aBodyIsCutAtTheCap() throws IOException {
        String long30 = "x".repeat(30);
        for (String wire : new String[] {
            "HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n" + long30,
            "HTTP/1.1 200 OK\r\n\r\n" + long30,
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1e\r\n" + long30 + "\r\n0\r\n\r\n"
        }) {
            assertThat(read(wire).body()).hasSize(CAP);
            assertThat(read(wire).cut()).isTrue();
        }
        assertThat(read("HTTP/1.1 200 OK\r\n\r\n" + "x".repeat(CAP)).cut()).isFalse();
        assertThat(read("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n" + "x".repeat(CAP))
                        .cut())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 200 OK",
                "HTTP/2 200 OK\r\n\r\n",
                "HTTP/1.1 99 OK\r\n\r\n",
                "HTTP/1.1 200OK\r\n\r\n",
                "<html>",
                "HTTP/1.1 200 OK\r\nBad Name: x\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX: a\r\n folded\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\na",
                "HTTP/1.1 200 OK\r\nContent-Length: 1 1\r\n\r\na",
                "HTTP/1.1 200 OK\r\nContent-Length: 9999999999999999999\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffff\r\n",
                "HTTP/1.1 302 Found\r\nLocation: /a\r\nLocation: /b\r\n\r\n"
            })
    void whatCouldBeReadInTwoWaysIsRefused(String wire) {
        try {
            read(wire);
        } catch (SoniaException | EOFException refused) {
            return;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        throw new AssertionError("was read");
    }

    @Test
    void endlessHeadsAndInterimAnswersAreRefused() {
        for (String wire : new String[] {
            "HTTP/1.1 200 OK\r\n" + "X: y\r\n".repeat(10_000),
            "HTTP/1.1 200 OK\r\nX: " + "y".repeat(100_000),
            "HTTP/1.1 100 Continue\r\n\r\n".repeat(100)
        }) {
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> read(wire)).isInstanceOf(SoniaException.class);
        }
    }

    @Test
    void anyBytesEndInAnAnswerOrARefusal() {
        Cases.each(5_000, random -> {
            String status = random.nextBoolean() ? "HTTP/1.1 200 OK\r\n" : "";
            String rest = random.nextBoolean() ? Cases.text(random, 100) : Cases.mixture(random, 20, PIECES);
            try {
                assertThat(read(status + rest).body()).hasSizeLessThanOrEqualTo(CAP);
            } catch (SoniaException | IOException refused) {
                assertThat(refused).isNotNull();
            }
        });
    }
}
