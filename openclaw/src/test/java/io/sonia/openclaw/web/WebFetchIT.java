package io.sonia.openclaw.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.openclaw.Verification.Verdict;
import io.sonia.contracts.policy.NetworkAllowlist;
import io.sonia.contracts.policy.NetworkAllowlist.Entry;
import io.sonia.contracts.policy.NetworkAllowlist.Method;
import io.sonia.contracts.policy.NetworkAllowlist.Scheme;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Threads;
import io.sonia.kernel.http.Resolver;
import io.sonia.kernel.process.Command;
import io.sonia.kernel.process.Processes;
import io.sonia.openclaw.sandbox.TestHouse;
import io.sonia.openclaw.tools.ToolRun;
import io.sonia.openclaw.tools.Tools;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Fetching over real connections to servers of this machine, which the list allows to be private. */
@Timeout(60)
class WebFetchIT {

    private static final List<Method> BOTH = List.of(Method.GET, Method.HEAD);
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    @TempDir
    private Path folder;

    private TestHouse house;

    @BeforeEach
    void build() throws IOException {
        house = new TestHouse(folder);
    }

    private static WebFetch fetch(List<Entry> entries, Resolver resolver, SSLSocketFactory tls) {
        NetworkAllowlist list = new NetworkAllowlist(1, 1, Instant.EPOCH, entries);
        return new WebFetch(new Destinations(() -> list, resolver), () -> tls, 10_000, 3);
    }

    /** A fetcher to which every name is this machine and {@code site.test} on the server's port is listed. */
    private static WebFetch fetch(RawServer server) {
        return fetch(
                List.of(new Entry("site.test", server.port(), Scheme.HTTP, BOTH, true)),
                host -> List.of(LOOPBACK),
                (SSLSocketFactory) SSLSocketFactory.getDefault());
    }

    private WebFetch.Result get(RawServer server, String path) throws IOException {
        return Tools.call(fetch(server), json(server, path), house.run()).result();
    }

    private static String json(RawServer server, String path) {
        return "{'url':'http://site.test:%d%s'}".formatted(server.port(), path);
    }

    private static void fails(
            org.assertj.core.api.ThrowableAssert.ThrowingCallable call, ErrorCode code, String reason) {
        assertThatThrownBy(call).isInstanceOfSatisfying(SoniaException.class, e -> {
            assertThat(e.code()).isEqualTo(code);
            assertThat(e.details()).containsEntry("reason", reason);
        });
    }

    @Test
    void aPageIsFetchedAsText() throws IOException {
        String page = "<html><title>T</title><p>Hello &amp; welcome</p></html>";
        try (RawServer server = RawServer.start((request, out) ->
                out.write(RawServer.bytes("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: "
                        + page.length() + "\r\n\r\n" + page)))) {
            Tools.Done done = Tools.call(fetch(server), json(server, "/a?b=c#d"), house.run());
            WebFetch.Result result = done.result();
            assertThat(result.status()).isEqualTo(200);
            assertThat(result.text()).isEqualTo("T\nHello & welcome");
            assertThat(result.textLength()).isEqualTo(17);
            assertThat(result.sha256()).isEqualTo(Sha256.hex(page));
            assertThat(result.truncated()).isFalse();
            assertThat(done.verification().verdict()).isEqualTo(Verdict.PASSED);
            assertThat(done.ran().sideEffects()).extracting("kind").containsExactly("http_request");
            assertThat(server.requests().getFirst())
                    .startsWith("GET /a?b=c HTTP/1.1\r\nHost: site.test:" + server.port() + "\r\n")
                    .doesNotContain("Cookie", "Authorization", "Referer");
        }
    }

    @Test
    void textAndBodyAreCut() throws IOException {
        try (RawServer server = RawServer.start((request, out) -> out.write(
                RawServer.bytes("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + "x".repeat(50_000))))) {
            WebFetch.Result result = get(server, "/");
            assertThat(result.text()).hasSize(5000);
            assertThat(result.textLength()).isEqualTo(10_000);
            assertThat(result.truncated()).isTrue();
        }
    }

    @Test
    void anAnswerOtherThanSuccessFailsWithTheResult() throws IOException {
        try (RawServer server = RawServer.start((request, out) ->
                out.write(RawServer.bytes("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone")))) {
            assertThatThrownBy(() -> get(server, "/")).isInstanceOfSatisfying(SoniaException.class, e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.TOOL_FAILED);
                assertThat(e.details()).containsEntry("reason", "status");
                assertThat((Map<?, ?>) e.details().get("result"))
                        .extracting("status")
                        .isEqualTo(404L);
            });
        }
    }

    @Test
    void aHeadRequestReadsNoBody() throws IOException {
        try (RawServer server = RawServer.start(
                (request, out) -> out.write(RawServer.bytes("HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n")))) {
            String json = "{'url':'http://site.test:%d/','method':'HEAD'}".formatted(server.port());
            WebFetch.Result result =
                    Tools.call(fetch(server), json, house.run()).result();
            assertThat(result.text()).isEmpty();
            assertThat(server.requests().getFirst()).startsWith("HEAD / ");
        }
    }

    @Test
    void redirectsAreFollowedWithinTheList() throws IOException {
        try (RawServer server = RawServer.start((request, out) -> out.write(RawServer.bytes(
                request.startsWith("GET /end")
                        ? "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nthere"
                        : "HTTP/1.1 302 Found\r\nLocation: ../end?x=1\r\nContent-Length: 0\r\n\r\n")))) {
            WebFetch.Result result = get(server, "/a/b");
            assertThat(result.text()).isEqualTo("there");
            assertThat(result.url()).endsWith("/a/b");
            assertThat(result.finalUrl()).endsWith("/end?x=1");
        }
    }

    @Test
    void everyRedirectIsJudgedLikeAFirstAddress() throws IOException {
        for (String location : List.of(
                "http://evil.test/",
                "http://127.0.0.1/",
                "http://169.254.169.254/latest/meta-data/",
                "//evil.test/",
                "https://site.test/",
                "http://site.test:1/",
                "http://user@site.test/",
                "file:///etc/passwd",
                "http://[::1]/",
                "http://2130706433/",
                "http:\\\\evil.test",
                "gopher://site.test/")) {
            try (RawServer server = RawServer.start((request, out) -> out.write(RawServer.bytes(
                    "HTTP/1.1 301 Moved\r\nLocation: " + location + "\r\nContent-Length: 0\r\n\r\n")))) {
                assertThatThrownBy(() -> get(server, "/"))
                        .as(location)
                        .isInstanceOfSatisfying(
                                SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.URL_DENIED));
                assertThat(server.requests()).hasSize(1);
            }
        }
    }

    @Test
    void redirectsEndAfterThree() throws IOException {
        try (RawServer server = RawServer.start((request, out) ->
                out.write(RawServer.bytes("HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n")))) {
            fails(() -> get(server, "/"), ErrorCode.TOOL_FAILED, "redirects");
            assertThat(server.requests()).hasSize(4);
        }
    }

    @Test
    void aNameThatChangesItsMindIsStillTheCheckedAddress() throws IOException {
        List<String> asked = new ArrayList<>();
        try (RawServer server = RawServer.start((request, out) ->
                out.write(RawServer.bytes("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nchecked")))) {
            InetAddress elsewhere = InetAddress.getByName("127.0.0.2");
            WebFetch fetch = fetch(
                    List.of(new Entry("site.test", server.port(), Scheme.HTTP, BOTH, true)),
                    host -> {
                        asked.add(host);
                        return List.of(asked.size() == 1 ? LOOPBACK : elsewhere);
                    },
                    (SSLSocketFactory) SSLSocketFactory.getDefault());
            WebFetch.Result result =
                    Tools.call(fetch, json(server, "/"), house.run()).result();
            assertThat(result.text()).isEqualTo("checked");
            assertThat(asked).containsExactly("site.test");
        }
    }

    @Test
    void aPrivateAddressNeedsAnEntryThatAllowsIt() throws IOException {
        try (RawServer server =
                RawServer.start((request, out) -> out.write(RawServer.bytes("HTTP/1.1 200 OK\r\n\r\n")))) {
            WebFetch fetch = fetch(
                    List.of(new Entry("site.test", server.port(), Scheme.HTTP, BOTH, false)),
                    host -> List.of(LOOPBACK),
                    (SSLSocketFactory) SSLSocketFactory.getDefault());
            fails(() -> Tools.call(fetch, json(server, "/"), house.run()), ErrorCode.URL_DENIED, "address");
            assertThat(server.requests()).isEmpty();
        }
    }

    @Test
    void aServerThatDripsDoesNotOutlastTheDeadline() throws IOException {
        try (RawServer server = RawServer.start((request, out) -> {
            out.write(RawServer.bytes("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"));
            try {
                for (int i = 0; i < 1000; i++) {
                    out.write('x');
                    out.flush();
                    Clock.system().sleep(Duration.ofMillis(20));
                }
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        })) {
            long began = Clock.system().nanoTime();
            assertThatThrownBy(() -> Tools.call(fetch(server), json(server, "/"), house.run(Duration.ofMillis(400))))
                    .isInstanceOfSatisfying(
                            SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TIMEOUT));
            assertThat(Duration.ofNanos(Clock.system().nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
        }
    }

    @Test
    void aCancelledFetchEnds() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        try (RawServer server = RawServer.start((request, out) -> {
            asked.countDown();
            try {
                over.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        })) {
            ToolRun run = house.run();
            Thread canceller = Threads.virtual("cancel", () -> {
                try {
                    asked.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                run.cancel();
            });
            fails(() -> Tools.call(fetch(server), json(server, "/"), run), ErrorCode.TOOL_FAILED, "cancelled");
            canceller.join();
            over.countDown();
        }
    }

    @Test
    void nonsenseAndSilenceAreFailures() throws IOException {
        try (RawServer server = RawServer.start((request, out) -> out.write(RawServer.bytes("SSH-2.0-x\r\n")))) {
            fails(() -> get(server, "/"), ErrorCode.TOOL_FAILED, "bad_answer");
        }
        RawServer closed = RawServer.start((request, out) -> {});
        fails(() -> get(closed, "/"), ErrorCode.TOOL_FAILED, "bad_answer");
        closed.close();
        fails(() -> get(closed, "/"), ErrorCode.TOOL_FAILED, "unreachable");
    }

    @Test
    void aCompressedAnswerNobodyAskedForIsAFailure() throws IOException {
        try (RawServer server = RawServer.start(
                (request, out) -> out.write(RawServer.bytes("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nx")))) {
            fails(() -> get(server, "/"), ErrorCode.TOOL_FAILED, "content_encoding");
        }
    }

    @Test
    void httpsNeedsACertificateForTheName() throws Exception {
        KeyStore keys = certificate("site.test");
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, "changeit".toCharArray());
        SSLContext serverSide = SSLContext.getInstance("TLS");
        serverSide.init(own.getKeyManagers(), null, null);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(keys);
        SSLContext clientSide = SSLContext.getInstance("TLS");
        clientSide.init(null, trust.getTrustManagers(), null);
        try (RawServer server = RawServer.start(
                serverSide.getServerSocketFactory().createServerSocket(0, 50, LOOPBACK),
                (request, out) ->
                        out.write(RawServer.bytes("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nsecret")))) {
            List<Entry> list = List.of(
                    new Entry("site.test", server.port(), Scheme.HTTPS, BOTH, true),
                    new Entry("other.test", server.port(), Scheme.HTTPS, BOTH, true));
            WebFetch trusting = fetch(list, host -> List.of(LOOPBACK), clientSide.getSocketFactory());
            String url = "{'url':'https://%s:%d/'}";
            assertThat(Tools.call(trusting, url.formatted("site.test", server.port()), house.run())
                            .<WebFetch.Result>result()
                            .text())
                    .isEqualTo("secret");
            fails(
                    () -> Tools.call(trusting, url.formatted("other.test", server.port()), house.run()),
                    ErrorCode.TOOL_FAILED,
                    "tls");
            WebFetch strict = fetch(list, host -> List.of(LOOPBACK), (SSLSocketFactory) SSLSocketFactory.getDefault());
            fails(
                    () -> Tools.call(strict, url.formatted("site.test", server.port()), house.run()),
                    ErrorCode.TOOL_FAILED,
                    "tls");
        }
    }

    private KeyStore certificate(String name) throws Exception {
        Path file = folder.resolve("keys.p12");
        Path keytool = Path.of(System.getProperty("java.home"), "bin/keytool");
        new Processes(Clock.system())
                .spawn(new Command(
                        List.of(
                                keytool.toString(),
                                "-genkeypair",
                                "-alias",
                                "k",
                                "-keyalg",
                                "EC",
                                "-storetype",
                                "PKCS12",
                                "-keystore",
                                file.toString(),
                                "-storepass",
                                "changeit",
                                "-dname",
                                "CN=" + name,
                                "-ext",
                                "SAN=dns:" + name),
                        Map.of(),
                        folder,
                        folder.resolve("keytool.log")))
                .exit()
                .join();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, "changeit".toCharArray());
        }
        return keys;
    }
}
