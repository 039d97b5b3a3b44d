package io.sonia.journal;

import static io.sonia.journal.Samples.count;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.http.Buckets;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.http.KeyClaims;
import io.sonia.kernel.http.KeyRecord;
import io.sonia.kernel.http.RequestLog.Keyed;
import io.sonia.kernel.identity.Credential;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The tables of the wire contract on idempotency and on the order of checks, a test for each row, over sockets and a
 * real store: a row's words are its test's name.
 */
@Timeout(60)
abstract class IdempotencyContract {

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    static final Duration LEASE = Duration.ofSeconds(30);
    static final String LOCAL = "/v1/sessions";
    static final String FOREIGN = "/v1/action";
    static final String WISH = "{\"name\":\"one\"}";

    /** A life that waits for claims to lapse. */
    static final Map<String, ?> PATIENT = Map.of("idempotency", Map.of("wait_ms", 5_000));

    @TempDir
    Path folder;

    final TestClock clock = new TestClock();
    final KeyedService.People people = new KeyedService.People();
    final KeyedService.Elsewhere elsewhere = new KeyedService.Elsewhere();
    final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    KeyedService service;

    /** Opens the same store each time, with the tables of {@link Samples#SCHEMA}. */
    abstract Journal open(JournalOptions options);

    KeyClaims claims() {
        return KeyClaims.ALONE;
    }

    final KeyedService life(Map<String, ?> settings) throws IOException {
        return new KeyedService(
                folder,
                open(JournalContract.OPTIONS),
                new KeyedService.Shared(claims(), Buckets.BOTTOMLESS),
                people,
                elsewhere,
                settings);
    }

    @BeforeEach
    void begin() throws IOException {
        service = life(Map.of());
    }

    @AfterEach
    void end() {
        service.close();
        threads.shutdownNow();
    }

    // 1.7 Idempotency.

    @Test
    void noKeyOnAMutatingRouteIsExecutedNormallyAndNotDeduplicated() throws IOException {
        assertThat(id(post(LOCAL, WISH))).isNotEqualTo(id(post(LOCAL, WISH)));
        assertThat(count(service.journal, "idempotency_keys")).isZero();
        met(null, null);
    }

    @Test
    void emptyOver255NonVisibleCharactersOrTwoDifferentHeadersIsInvalidArgument() throws IOException {
        List<String[]> bad = List.of(
                new String[] {"X-Idempotency-Key", ""},
                new String[] {"X-Idempotency-Key", "x".repeat(256)},
                new String[] {"X-Idempotency-Key", "two words"},
                new String[] {"X-Idempotency-Key", "tab\there"},
                new String[] {"Idempotency-Key", "\"\""},
                new String[] {"X-Idempotency-Key", "a", "Idempotency-Key", "b"},
                new String[] {"X-Idempotency-Key", "a", "X-Idempotency-Key", "b"});
        for (String[] headers : bad) {
            assertThat(code(send(service, people.operator, "POST", LOCAL, WISH, headers)))
                    .as(String.join(" ", headers))
                    .isEqualTo("INVALID_ARGUMENT");
        }
        for (char control : new char[] {1, 27, 127}) {
            assertThat(raw("POST " + LOCAL + " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer "
                            + people.operator.text() + "\r\nX-Idempotency-Key: a" + control
                            + "b\r\nContent-Length: 0\r\n\r\n"))
                    .startsWith("HTTP/1.1 400")
                    .contains("\"code\":\"INVALID_ARGUMENT\"");
        }
        assertThat(count(service.journal, "tasks")).isZero();
        assertThat(count(service.journal, "idempotency_keys")).isZero();
        assertThat(service.audited(ErrorCode.INVALID_ARGUMENT)).hasSizeGreaterThanOrEqualTo(bad.size());
        assertThat(post(LOCAL, WISH, "X-Idempotency-Key", "x".repeat(255)).statusCode())
                .isEqualTo(200);
    }

    @Test
    void firstRequestEffectCommittedAnyStatusIsANormalAnswerKeptInTheSameTransaction() throws IOException {
        assertThat(keyed(LOCAL, "k1", WISH).statusCode()).isEqualTo(200);
        HttpResponse<String> failed = keyed(LOCAL, "k2", "{\"name\":\"failed\"}");
        HttpResponse<String> again = keyed(LOCAL, "k2", "{\"name\":\"failed\"}");
        assertThat(again.statusCode()).isEqualTo(failed.statusCode()).isEqualTo(422);
        assertThat(part(again, "error")).isEqualTo(part(failed, "error"));
        assertThat(replayed(again)).isTrue();
        for (String table : List.of("tasks", "idempotency_keys", "outbox")) {
            assertThat(count(service.journal, table)).as(table).isEqualTo(2);
        }
        assertThat(service.audited(ErrorCode.OK)).hasSize(2);
        met(Keyed.FIRST, Keyed.FIRST, Keyed.REPLAYED);
    }

    @Test
    void sameKeySameFingerprintFinishedIsTheSameStatusDataBytesAndLocation() throws IOException {
        HttpResponse<String> first = keyed(LOCAL, "k", WISH);
        HttpResponse<String> again = keyed(LOCAL, "k", " { \"name\" : \"one\" } ");
        assertThat(again.statusCode()).isEqualTo(first.statusCode());
        assertThat(data(again)).isEqualTo(data(first));
        assertThat(again.headers().firstValue("Location"))
                .isEqualTo(first.headers().firstValue("Location"))
                .isPresent();
        assertThat(again.headers().firstValue("Idempotency-Replayed")).contains("true");
        assertThat(first.headers().firstValue("Idempotency-Replayed")).isEmpty();
        assertThat(part(again, "correlation_id")).isNotEqualTo(part(first, "correlation_id"));
        assertThat(replayed(post(LOCAL, WISH, "Idempotency-Key", "\"k\""))).isTrue();
        assertThat(count(service.journal, "tasks")).isEqualTo(1);
    }

    @Test
    void sameKeyOtherFingerprintIsAMismatchNamingTheFirstDifferenceNeverTheOldBody() throws IOException {
        keyed(LOCAL, "k", WISH);
        HttpResponse<String> body = keyed(LOCAL, "k", "{\"name\":\"other\"}");
        assertThat(body.statusCode()).isEqualTo(422);
        assertThat(code(body)).isEqualTo("IDEMPOTENCY_MISMATCH");
        assertThat(body.body()).contains("\"differs\":\"body\"").doesNotContain("one");
        keyed("/v1/confirmations/apr_1/deny", "k", WISH);
        HttpResponse<String> path = keyed("/v1/confirmations/apr_2/deny", "k", WISH);
        assertThat(path.body()).contains("\"differs\":\"path\"");
        assertThat(count(service.journal, "tasks")).isEqualTo(2);
        assertThat(service.audited(ErrorCode.IDEMPOTENCY_MISMATCH))
                .containsExactlyInAnyOrder("session.create", "confirmation.deny");
        met(Keyed.FIRST, Keyed.MISMATCH, Keyed.FIRST, Keyed.MISMATCH);
    }

    @Test
    void sameKeyFirstStillRunningWaitsAndThenIsInProgressWithRetryAfter() throws Exception {
        Gate gate = new Gate();
        elsewhere.before = gate;
        Future<HttpResponse<String>> first = threads.submit(() -> keyed(LOCAL, "k", WISH));
        gate.reached.await();
        HttpResponse<String> second = keyed(LOCAL, "k", WISH);
        assertThat(second.statusCode()).isEqualTo(409);
        assertThat(code(second)).isEqualTo("IDEMPOTENCY_IN_PROGRESS");
        assertThat(second.headers().firstValue("Retry-After")).isPresent();
        gate.open.countDown();
        assertThat(data(keyed(LOCAL, "k", WISH))).isEqualTo(data(first.get(10, TimeUnit.SECONDS)));
        assertThat(count(service.journal, "tasks")).isEqualTo(1);
        met(Keyed.FIRST, Keyed.IN_PROGRESS, Keyed.REPLAYED);
    }

    @Test
    void lostInsertRaceIsReadAgainAndNever5xx() throws Exception {
        for (String path : List.of(LOCAL, FOREIGN)) {
            List<Future<HttpResponse<String>>> all = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                all.add(threads.submit(() -> keyed(path, "race", WISH)));
            }
            List<Integer> statuses = new ArrayList<>();
            for (Future<HttpResponse<String>> each : all) {
                statuses.add(each.get(30, TimeUnit.SECONDS).statusCode());
            }
            assertThat(statuses).contains(200).allMatch(status -> status == 200 || status == 409);
        }
        assertThat(count(service.journal, "tasks")).isEqualTo(2);
        assertThat(elsewhere.effects).hasSize(1);
    }

    @Test
    void processDiedLocalWorkOnlyIsRolledBackWithTheWorkAndTheNextIsAFirstRequest() throws Exception {
        Gate gate = new Gate();
        elsewhere.before = gate;
        Future<HttpResponse<String>> lost = threads.submit(() -> keyed(LOCAL, "k", WISH));
        gate.reached.await();
        nextLife(gate, lost);
        elsewhere.before = () -> {};
        assertThat(count(service.journal, "tasks")).isZero();
        assertThat(replayed(keyed(LOCAL, "k", WISH))).isFalse();
        assertThat(count(service.journal, "tasks")).isEqualTo(1);
        met(Keyed.FIRST);
    }

    @Test
    void processDiedAfterAForeignEffectBeganTheNextCallerTakesOverWithAHigherFenceAndResumes() throws Exception {
        Gate gate = new Gate();
        elsewhere.after = gate;
        Future<HttpResponse<String>> lost = threads.submit(() -> keyed(FOREIGN, "k", WISH));
        gate.reached.await();
        nextLife(gate, lost);
        elsewhere.after = () -> {};
        assertThat(code(keyed(FOREIGN, "k", "{\"name\":\"other\"}"))).isEqualTo("IDEMPOTENCY_MISMATCH");

        HttpResponse<String> resumed = keyed(FOREIGN, "k", WISH);

        assertThat(resumed.statusCode()).isEqualTo(200);
        assertThat(elsewhere.effects).containsExactly(id(resumed));
        assertThat(count(service.journal, "tasks")).isEqualTo(1);
        assertThat(fence("k")).isEqualTo(2);
        assertThat(data(keyed(FOREIGN, "k", WISH))).isEqualTo(data(resumed));
        met(Keyed.MISMATCH, Keyed.TAKEOVER, Keyed.REPLAYED);
    }

    @Test
    void ownerSlowLeaseLapsedIsTakenOverAndItsLateWriteAndReleaseAreRefused() {
        Journal journal = service.journal;
        IdempotencyKey slow = key("slow");
        IdempotencyKey next = key("next");
        journal.commit(tx -> {
            tx.begin(slow, "tsk_1");
            return 0;
        });
        assertThat(journal.takeOver(next)).isEmpty();
        clock.advance(LEASE.minusSeconds(1));
        journal.renewKeys();
        clock.advance(LEASE.minusSeconds(1));
        assertThat(journal.look(next)).isEqualTo(new KeyRecord.Begun("tsk_1", true));
        clock.advance(Duration.ofSeconds(1));
        assertThat(journal.takeOver(next)).contains("tsk_1");

        assertThatThrownBy(() -> journal.commit(tx -> {
                    Samples.insert("tsk_late").run(tx);
                    tx.remember(slow, Samples.reply("{\"late\":true}"));
                    return 0;
                }))
                .satisfies(JournalContract.code(ErrorCode.IDEMPOTENCY_IN_PROGRESS));
        journal.commit(tx -> {
            tx.withdraw(slow);
            return 0;
        });
        journal.release(slow);
        journal.renewKeys();

        assertThat(journal.look(next)).isEqualTo(new KeyRecord.Begun("tsk_1", true));
        assertThat(journal.takeOver(key("third"))).isEmpty();
        journal.commit(tx -> {
            tx.remember(next, Samples.reply("{}"));
            return 0;
        });
        assertThat(journal.find(slow)).isPresent();
        assertThat(fence("k")).isEqualTo(2);
        assertThat(count(journal, "tasks")).isZero();
    }

    @Test
    void refusedWithoutEffectIsANormalAnswerAndNotKept() throws IOException {
        for (String name : List.of("refused", "shed", "")) {
            HttpResponse<String> first = keyed(LOCAL, "k", "{\"name\":\"" + name + "\"}");
            assertThat(first.statusCode()).isIn(400, 409, 503);
            assertThat(replayed(keyed(LOCAL, "k", "{\"name\":\"" + name + "\"}")))
                    .isFalse();
        }
        assertThat(count(service.journal, "idempotency_keys")).isZero();
        assertThat(keyed(LOCAL, "k", WISH).statusCode()).isEqualTo(200);
    }

    @Test
    void accepted202IsRepeatedAsItWas() throws IOException {
        HttpResponse<String> first = keyed(LOCAL, "k", "{\"name\":\"later\"}");
        HttpResponse<String> again = keyed(LOCAL, "k", "{\"name\":\"later\"}");
        assertThat(first.statusCode()).isEqualTo(202);
        assertThat(again.statusCode()).isEqualTo(202);
        assertThat(data(again)).isEqualTo(data(first));
        assertThat(replayed(again)).isTrue();
    }

    @Test
    void failure5xxWithRollbackIs5xxAndNotKept() throws IOException {
        assertThat(keyed(LOCAL, "k", "{\"name\":\"broken\"}").statusCode()).isEqualTo(500);
        for (String table : List.of("tasks", "idempotency_keys", "outbox", "audit_entries")) {
            assertThat(count(service.journal, table)).as(table).isZero();
        }
        assertThat(keyed(LOCAL, "k", WISH).statusCode()).isEqualTo(200);
    }

    @Test
    void keyOlderThanTtlIsAFirstRequestAndTheReaperNeverRemovesRunningRows() throws IOException {
        String first = id(keyed(FOREIGN, "k", WISH));
        service.journal.commit(tx -> {
            tx.begin(new IdempotencyKey("usr_1", "POST /x", "begun", "f", "own"), "tsk_begun");
            return 0;
        });
        clock.advance(Duration.ofHours(24));
        String again = id(keyed(FOREIGN, "k", WISH));
        assertThat(again).isNotEqualTo(first);
        assertThat(elsewhere.effects).containsExactlyInAnyOrder(first, again);
        met(Keyed.FIRST, Keyed.EXPIRED);

        clock.advance(Duration.ofDays(30));
        assertThat(service.journal.reap(100)).isEqualTo(1);
        assertThat(service.journal.reap(100)).isZero();
        assertThat(service.journal.takeOver(new IdempotencyKey("usr_1", "POST /x", "begun", "f", "next")))
                .contains("tsk_begun");
    }

    @Test
    void storedAnswerAbove256KiBIsKeptAsDigestAndReferenceAndReplayReadsTheResource() throws IOException {
        String large = "{\"name\":\"one\",\"size\":300000}";
        HttpResponse<String> first = keyed(FOREIGN, "k", large);
        HttpResponse<String> again = keyed(FOREIGN, "k", large);
        assertThat(data(first)).hasSizeGreaterThan(256 * 1024);
        assertThat(data(again)).isEqualTo(data(first));
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(again.headers().firstValue("Location"))
                .isEqualTo(first.headers().firstValue("Location"));
        assertThat(replayed(again)).isTrue();
        assertThat(elsewhere.effects).hasSize(1);
        assertThat(service.journal.<byte[]>read(
                        sql -> sql.one("SELECT body FROM idempotency_keys", row -> row.bytes("body"))
                                .orElseThrow()))
                .asString(StandardCharsets.UTF_8)
                .hasSizeLessThan(300)
                .contains("\"sha256\"", "\"/tasks/" + id(first) + "\"");
    }

    @Test
    void keyRowThatCannotBeWrittenFailsTheMutationToo() throws IOException {
        service.journal.commit(tx -> tx.sql().update("ALTER TABLE idempotency_keys RENAME TO gone"));
        for (String path : List.of(LOCAL, FOREIGN)) {
            assertThat(code(keyed(path, "k", WISH))).isEqualTo("STORAGE_UNAVAILABLE");
        }
        assertThat(count(service.journal, "tasks")).isZero();
        assertThat(elsewhere.effects).isEmpty();
    }

    @Test
    void scopeIsPrincipalEndpointAndKey() throws IOException {
        keyed(LOCAL, "k", WISH);
        assertThat(replayed(keyed(FOREIGN, "k", WISH))).isFalse();
        assertThat(replayed(send(service, people.other, "POST", LOCAL, WISH, "X-Idempotency-Key", "k")))
                .isFalse();
        assertThat(replayed(keyed(LOCAL, "K", WISH))).isFalse();
        assertThat(count(service.journal, "idempotency_keys")).isEqualTo(4);
    }

    // What a test says.

    /** Holds whoever comes until it is opened. */
    static final class Gate implements Runnable {
        final CountDownLatch reached = new CountDownLatch(1);
        final CountDownLatch open = new CountDownLatch(1);

        @Override
        public void run() {
            reached.countDown();
            try {
                open.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The process dies with the request it is working on; the next one finds what it left, after the lease. */
    private void nextLife(Gate gate, Future<?> lost) throws Exception {
        service.die();
        gate.open.countDown();
        assertThatThrownBy(() -> lost.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(IOException.class);
        clock.advance(LEASE);
        service = life(PATIENT);
    }

    private static IdempotencyKey key(String owner) {
        return new IdempotencyKey("usr_1", "POST /x", "k", "f", owner);
    }

    private long fence(String key) {
        return service.journal.read(
                sql -> sql.number("SELECT fence_token FROM idempotency_keys WHERE idempotency_key = ?", key));
    }

    final HttpResponse<String> keyed(String path, String key, String body) throws IOException {
        return post(path, body, "X-Idempotency-Key", key);
    }

    final HttpResponse<String> post(String path, String body, String... headers) throws IOException {
        return send(service, people.operator, "POST", path, body, headers);
    }

    static HttpResponse<String> send(
            KeyedService to, Credential as, String method, String path, String body, String... headers)
            throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + to.port() + path))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", "Bearer " + as.text())
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        try {
            return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    final String raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** This is how the requests so far met their keys. */
    private void met(@Nullable Keyed... expected) {
        List<@Nullable Keyed> met = new ArrayList<>();
        try {
            for (int i = 0; i < expected.length; i++) {
                met.add(service.finished.poll(10, TimeUnit.SECONDS).keyed());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        assertThat(met).containsExactlyInAnyOrder(expected);
    }

    static String data(HttpResponse<String> response) {
        String body = response.body();
        return body.substring(body.indexOf("\"data\":"));
    }

    static Object part(HttpResponse<String> response, String name) {
        return Json.parseObject(response.body()).get(name);
    }

    static String id(HttpResponse<String> response) {
        return part(response, "data") instanceof Map<?, ?> data ? String.valueOf(data.get("id")) : response.body();
    }

    static String code(HttpResponse<String> response) {
        return part(response, "error") instanceof Map<?, ?> error ? String.valueOf(error.get("code")) : "OK";
    }

    static boolean replayed(HttpResponse<String> response) {
        return response.headers().firstValue("Idempotency-Replayed").isPresent();
    }
}
