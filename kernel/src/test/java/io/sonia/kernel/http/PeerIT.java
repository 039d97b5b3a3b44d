package io.sonia.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.identity.Caller;
import io.sonia.kernel.identity.Role;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Calls another service that says whatever a test wants it to say. */
@Timeout(30)
class PeerIT {

    /** What the other service answers. */
    public record Granted(String name, int number) {}

    /** What it is asked. */
    public record Wish(String name) {}

    private static final Granted GRANTED = new Granted("wish", 7);
    private static final String DATA = "{\"ok\":true,\"data\":{\"name\":\"wish\",\"number\":7},\"error\":null}";
    private static final String CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    /** 16 KiB with the carriage return. */
    private static final int MAX_LINE = 16 * 1024 - 1;

    private static final Duration ENOUGH = Duration.ofSeconds(20);

    private final Clock clock = Clock.system();
    private final Ids ids = new Ids(new SecureRandom());
    private RawServer server;
    private Peer peer;

    @BeforeEach
    void start() throws IOException {
        server = new RawServer();
        peer = peer(server.port());
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private Peer peer(int port) {
        return new Peer("neighbour", port, new Hlc(clock), () -> "st-token");
    }

    private Context context(Duration time) {
        Caller caller = new Caller("usr_1", Role.OPERATOR, ServiceName.API_GATEWAY, null);
        Trace trace = Trace.continued(null, null, ids);
        return new Context("req_1", trace, Deadline.in(time, clock), caller, null, null);
    }

    /** A read: it may be repeated without anybody noticing. */
    private Granted ask() {
        return ask(ENOUGH);
    }

    private Granted ask(Duration time) {
        return peer.on(context(time), Operation.TURN_GET)
                .path("turn_id", "turn_1")
                .send(Granted.class);
    }

    private static SoniaException failure(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return catchThrowableOfType(SoniaException.class, call);
    }

    private SoniaException refused(ErrorCode code) {
        SoniaException refusal = failure(this::ask);
        assertThat(refusal).isNotNull();
        assertThat(refusal.code()).isEqualTo(code);
        assertThat(refusal.details()).containsEntry("dependency", "neighbour");
        return refusal;
    }

    /** The body in chunks of these sizes, the last one of what is left. */
    private static String chunks(String body, int... sizes) {
        StringBuilder all = new StringBuilder();
        int at = 0;
        for (int size : sizes) {
            all.append(Integer.toHexString(size))
                    .append("\r\n")
                    .append(body, at, at + size)
                    .append("\r\n");
            at += size;
        }
        return all.append(Integer.toHexString(body.length() - at))
                .append("\r\n")
                .append(body.substring(at))
                .append("\r\n0\r\n\r\n")
                .toString();
    }

    @Test
    void aRequestCarriesWhoAsksForWhatAndHowMuchTimeIsLeft() {
        server.says(RawServer.answer(DATA));
        peer.on(context(Duration.ofSeconds(5)), Operation.SESSION_CREATE)
                .query("label", "two words & more")
                .query("nothing", null)
                .idempotencyKey("key-1")
                .body(new Wish("ключ"))
                .send(Granted.class);
        String request = server.requests.getFirst();
        assertThat(request)
                .startsWith("POST /v1/sessions?label=two%20words%20%26%20more HTTP/1.1\r\n")
                .contains("\r\nHost: 127.0.0.1:" + server.port() + "\r\n")
                .contains("\r\nX-Correlation-ID: req_1\r\n")
                .contains("\r\nX-Service-Token: st-token\r\n")
                .contains("\r\nX-On-Behalf-Of: usr_1\r\n")
                .contains("\r\nX-Idempotency-Key: key-1\r\n")
                .containsPattern("\r\nX-Hlc: \\d+-\\d{5}\r\n")
                .containsPattern("\r\ntraceparent: 00-[0-9a-f]{32}-[0-9a-f]{16}-00\r\n")
                .contains("\r\nContent-Length: 19\r\n")
                .endsWith("\r\n\r\n{\"name\":\"ключ\"}");
        assertThat(Integer.parseInt(request.replaceFirst("(?s).*X-Deadline-Ms: (\\d+)\r\n.*", "$1")))
                .isBetween(1000, 4980);
    }

    @Test
    void aPathIsEncoded() {
        server.says(RawServer.answer(DATA));
        peer.on(context(ENOUGH), Operation.TURN_GET).path("turn_id", "a/b ?c").send(Granted.class);
        assertThat(server.requests.getFirst()).startsWith("GET /v1/turns/a%2Fb%20%3Fc HTTP/1.1\r\n");
    }

    @Test
    void anAnswerWithALengthIsReadAndItsConnectionKept() {
        server.says(RawServer.answer(DATA)).says(RawServer.answer(DATA));
        assertThat(ask()).isEqualTo(GRANTED);
        assertThat(ask()).isEqualTo(GRANTED);
        assertThat(server.connections).hasValue(1);
    }

    @Test
    void headersAreReadInAnyCaseAndWithoutSpaces() {
        server.says("HTTP/1.1 202 Accepted\r\nCONTENT-LENGTH:" + DATA.length() + "\r\nx-other: 1\r\n\r\n" + DATA);
        Answer<Granted> answer =
                peer.on(context(ENOUGH), Operation.SESSION_CREATE).exchange(Granted.class);
        assertThat(answer.waiting()).isTrue();
        assertThat(answer.data()).isEqualTo(GRANTED);
    }

    @Test
    void aChunkedAnswerIsReadWhateverItsChunksSayBesideAndItsConnectionKept() {
        String size = Integer.toHexString(DATA.length() - 1);
        server.says(CHUNKED + chunks(DATA, 1, 20, 3))
                .says(CHUNKED + "1;name=value\r\n{\r\n" + size.toUpperCase(java.util.Locale.ROOT)
                        + " ; more=\"x\"\r\n" + DATA.substring(1)
                        + "\r\n000;last\r\nExpires: never\r\nX-Other: 1\r\n\r\n")
                .says(RawServer.answer(DATA));
        assertThat(ask()).isEqualTo(GRANTED);
        assertThat(ask()).isEqualTo(GRANTED);
        assertThat(ask()).isEqualTo(GRANTED);
        assertThat(server.connections).hasValue(1);
    }

    @Test
    void afterAnAnswerThatSaysCloseTheNextCallHasANewConnection() throws Exception {
        server.says(RawServer.answer(DATA).replace("\r\n\r\n", "\r\nConnection: Close\r\n\r\n"))
                .says(RawServer.answer(DATA));
        assertThat(ask()).isEqualTo(GRANTED);
        server.awaitEnd();
        assertThat(ask()).isEqualTo(GRANTED);
        assertThat(server.connections).hasValue(2);
    }

    @Test
    void aKeptConnectionThatTheOtherSideHasClosedIsNoFailure() throws Exception {
        for (int i = 0; i < 5; i++) {
            server.saysAndCloses(RawServer.answer(DATA));
            assertThat(ask()).isEqualTo(GRANTED);
            server.awaitEnd();
        }
        assertThat(server.connections).hasValue(5);
    }

    /** Answers with one thing wrong; what is left would do. */
    static Stream<String> nonsense() {
        String good = RawServer.answer(DATA);
        return Stream.of(
                "\r\n\r\n",
                "HELLO\r\n\r\n",
                "HTTP/1.1\r\n\r\n",
                good.replace("HTTP/1.1", "HTTP/1.0"),
                good.replace("200", "2x0"),
                good.replace("Content-Type:", "Content-Type"),
                good.replace("Content-Length: ", "Content-Length: many"),
                good.replace("Content-Length: ", "Content-Length: -"),
                good.replace("Content-Length: ", "Content-Length: 999999999"),
                padded(63),
                longHeader(MAX_LINE + 1),
                "x".repeat(MAX_LINE + 2),
                CHUNKED + "xyz\r\n" + DATA + "\r\n0\r\n\r\n",
                CHUNKED + "-1\r\n" + DATA + "\r\n0\r\n\r\n",
                CHUNKED + "\r\n" + DATA + "\r\n0\r\n\r\n",
                CHUNKED + chunks(DATA).replace("\r\n0", "!!\r\n0"),
                RawServer.answer(DATA.substring(1)),
                RawServer.answer("[]"),
                RawServer.answer("{\"ok\":true,\"data\":null,\"error\":null}"));
    }

    /** An answer with two headers and so many more. */
    private static String padded(int more) {
        return RawServer.answer(DATA).replaceFirst("\r\n", "\r\n" + "X-More: 1\r\n".repeat(more));
    }

    /** An answer with a header line of that length. */
    private static String longHeader(int length) {
        return RawServer.answer(DATA).replaceFirst("\r\n", "\r\nX: " + "x".repeat(length - 3) + "\r\n");
    }

    @Test
    void anAnswerAtTheLimitsIsRead() {
        server.says(padded(62)).says(longHeader(MAX_LINE));
        assertThat(ask()).isEqualTo(GRANTED);
        assertThat(ask()).isEqualTo(GRANTED);
    }

    @ParameterizedTest
    @MethodSource("nonsense")
    void anAnswerThatIsNoneIsTheDependencysFailureAndItsConnectionIsGone(String answer) throws Exception {
        server.says(answer).says(RawServer.answer(DATA));
        refused(ErrorCode.DEPENDENCY_FAILED);
        assertThat(ask()).isEqualTo(GRANTED);
        assertThat(server.requests).hasSize(2);
    }

    static Stream<String> cutShort() {
        return Stream.of(
                "",
                "HTTP/1.1 20",
                "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n",
                RawServer.answer(DATA).substring(0, RawServer.answer(DATA).length() - 1),
                CHUNKED,
                CHUNKED + "40\r\n{\"ok\"",
                CHUNKED + chunks(DATA, 5).replace("0\r\n\r\n", ""),
                CHUNKED + chunks(DATA, 5).replace("0\r\n\r\n", "0\r\n"));
    }

    @ParameterizedTest
    @MethodSource("cutShort")
    void anAnswerThatIsCutShortIsNotTakenForAnAnswer(String answer) {
        server.saysAndCloses(answer).says(RawServer.answer(DATA));
        refused(ErrorCode.UNAVAILABLE);
        assertThat(ask()).isEqualTo(GRANTED);
    }

    @Test
    void anAnswerAboveTheLimitIsRefusedAndItsConnectionClosed() throws Exception {
        String body = DATA.replace("wish", "x".repeat(16 * 1024 * 1024));
        server.says(RawServer.answer(body)).says(RawServer.answer(DATA));
        refused(ErrorCode.DEPENDENCY_FAILED);
        server.awaitEnd();
        assertThat(ask()).isEqualTo(GRANTED);
    }

    @Test
    void whatComesAfterAnAnswerIsNoAnswerToTheNextCall() {
        String forged = DATA.replace("7", "8");
        server.says(RawServer.answer(DATA) + RawServer.answer(forged)).says(RawServer.answer(DATA));
        assertThat(ask()).isEqualTo(GRANTED);
        assertThat(ask()).isEqualTo(GRANTED);
        assertThat(server.connections).hasValue(2);
    }

    @ParameterizedTest
    @MethodSource("stalls")
    void aServiceThatDoesNotGetOnIsTooLate(String begun) {
        if (!begun.isEmpty()) {
            server.says(begun);
        }
        SoniaException late = failure(() -> ask(Duration.ofMillis(100)));
        assertThat(late.code()).isEqualTo(ErrorCode.TIMEOUT);
        assertThat(late.details()).containsEntry("dependency", "neighbour");
    }

    static Stream<String> stalls() {
        return Stream.of("", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", CHUNKED);
    }

    @Test
    void aServiceThatDripsDoesNotOutlastTheDeadline() {
        server.drips(RawServer.answer(DATA));
        SoniaException late = failure(() -> ask(Duration.ofMillis(300)));
        assertThat(late.code()).isEqualTo(ErrorCode.TIMEOUT);
        assertThat(server.requests).hasSize(1);
    }

    @Test
    void withoutTimeLeftNothingIsSent() {
        for (Duration time : List.of(Duration.ZERO, Duration.ofMillis(15), Duration.ofSeconds(-1))) {
            SoniaException late = failure(() -> ask(time));
            assertThat(late.code()).isEqualTo(ErrorCode.TIMEOUT);
        }
        assertThat(server.connections).hasValue(0);
    }

    @Test
    void aServiceThatIsNotThereIsUnavailable() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            peer = peer(socket.getLocalPort());
        }
        refused(ErrorCode.UNAVAILABLE);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OK")
    void aFailureComesBackAsTheExceptionThatThePeerThrew(ErrorCode code) {
        SoniaException thrown = SoniaException.of(code, "what the peer said")
                .with("reason", "some_reason")
                .with("list", List.of(1L, "two"));
        server.says(failing(thrown)).says(RawServer.answer(DATA));
        SoniaException met = failure(this::ask);
        assertThat(met.code()).isEqualTo(code);
        assertThat(met.text()).isEqualTo("what the peer said");
        assertThat(met.details()).isEqualTo(thrown.details());
        assertThat(met.retryAfter()).isNull();
        assertThat(ask()).isEqualTo(GRANTED);
        assertThat(server.connections).hasValue(1);
    }

    @Test
    void theTimeToWaitComesBackToo() {
        server.says(failing(SoniaException.of(ErrorCode.OVERLOADED).retryAfter(Duration.ofMillis(1500))));
        SoniaException met = failure(this::ask);
        assertThat(met.retryAfter()).isEqualTo(Duration.ofMillis(1500));
        assertThat(met.details()).isEmpty();
    }

    @Test
    void aCodeThatIsUnknownHereIsAFailureOfTheDependency() {
        server.says(RawServer.answer("{\"error\":{\"code\":\"FROM_THE_FUTURE\",\"message\":\"?\"}}"));
        assertThat(failure(this::ask).code()).isEqualTo(ErrorCode.DEPENDENCY_FAILED);
    }

    private static String failing(SoniaException thrown) {
        Map<String, Object> envelope = new LinkedHashMap<>();
        envelope.put("ok", false);
        envelope.put("data", null);
        envelope.put("error", Envelope.error(thrown));
        return RawServer.answer(Json.text(envelope))
                .replace("200 OK", thrown.code().httpStatus() + " Failed");
    }

    @Test
    void eventsAreReadUntilTheirEnd() {
        String events = "id: 1\nevent: one\ndata: {\"n\":1}\n\n: a comment\n\nevent: two\ndata: {\"n\":\ndata: 2}\n\n";
        server.says(CHUNKED.replace("\r\n\r\n", "\r\nContent-Type: text/event-stream\r\n\r\n") + chunks(events, 7, 11));
        try (EventSource source =
                peer.on(context(ENOUGH), Operation.TURN).body(new Wish("x")).events()) {
            assertThat(source.next()).isEqualTo(new ServerEvent("1", "one", Map.of("n", 1L)));
            assertThat(source.next()).isEqualTo(new ServerEvent("", "two", Map.of("n", 2L)));
            assertThat(source.hasNext()).isFalse();
        }
        assertThat(server.requests.getFirst()).contains("\r\nAccept: text/event-stream\r\n");
    }

    @Test
    void aFailureInsteadOfEventsIsThatFailure() throws Exception {
        server.says(failing(SoniaException.of(ErrorCode.OVERLOADED)));
        assertThat(failure(() -> peer.on(context(ENOUGH), Operation.TURN).events())
                        .code())
                .isEqualTo(ErrorCode.OVERLOADED);
        server.awaitEnd();
    }
}
