package io.sonia.journal;

import static io.sonia.journal.Samples.count;
import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.ErrorCode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The order of checks of the wire contract: a request with two faults is refused for the one that is looked at first. */
abstract class OrderOfChecksContract extends IdempotencyContract {

    private static final String[] BAD_CORRELATION = {"X-Correlation-ID", "a b"};
    private static final String[] BAD_DEADLINE = {"X-Deadline-Ms", "soon"};
    private static final String NOT_JSON = "{";

    @Test
    void sizeAndSyntaxOfTheRequestLineBeforeCorrelation() throws IOException {
        assertThat(raw("NONSENSE\r\nHost: a\r\nX-Correlation-ID: mine\r\n\r\n"))
                .startsWith("HTTP/1.1 400")
                .contains("\"code\":\"INVALID_ARGUMENT\"")
                .doesNotContain("mine");
    }

    @Test
    void correlationBeforeDeadline() throws IOException {
        assertThat(post(LOCAL, WISH, both(BAD_CORRELATION, BAD_DEADLINE)).body())
                .contains("X-Correlation-ID")
                .doesNotContain("X-Deadline-Ms");
    }

    @Test
    void deadlineBeforeAdmission() throws Exception {
        whileFull(() -> {
            assertThat(post(LOCAL, WISH, BAD_DEADLINE).body()).contains("X-Deadline-Ms");
            assertThat(code(post(LOCAL, WISH))).isEqualTo("OVERLOADED");
        });
    }

    @Test
    void admissionBeforeAuthenticate() throws Exception {
        whileFull(() -> assertThat(code(stranger(LOCAL, WISH))).isEqualTo("OVERLOADED"));
    }

    @Test
    void authenticateBeforeRateLimit() throws IOException {
        limitedToOne();
        post(LOCAL, WISH);
        assertThat(code(stranger(LOCAL, WISH))).isEqualTo("UNAUTHORIZED");
        assertThat(code(post(LOCAL, WISH))).isEqualTo("RATE_LIMITED");
    }

    @Test
    void rateLimitBeforeAuthorise() throws IOException {
        limitedToOne();
        assertThat(code(send(service, people.observer, "POST", LOCAL, WISH))).isEqualTo("FORBIDDEN");
        assertThat(code(send(service, people.observer, "POST", LOCAL, WISH))).isEqualTo("RATE_LIMITED");
    }

    @Test
    void authoriseBeforeDecode() throws IOException {
        assertThat(code(send(service, people.observer, "POST", LOCAL, NOT_JSON)))
                .isEqualTo("FORBIDDEN");
    }

    @Test
    void decodeBeforeIdempotency() throws IOException {
        keyed(LOCAL, "k", WISH);
        assertThat(code(keyed(LOCAL, "k", NOT_JSON))).isEqualTo("INVALID_ARGUMENT");
        assertThat(post(LOCAL, NOT_JSON, "X-Idempotency-Key", "two words").body())
                .doesNotContain("X-Idempotency-Key");
    }

    @Test
    void idempotencyBeforeValidate() throws IOException {
        keyed(LOCAL, "k", WISH);
        assertThat(code(keyed(LOCAL, "k", "{\"nmae\":\"one\"}"))).isEqualTo("IDEMPOTENCY_MISMATCH");
        assertThat(code(keyed(LOCAL, "k2", "{\"nmae\":\"one\"}"))).isEqualTo("INVALID_ARGUMENT");
    }

    @Test
    void validateBeforeHandler() throws IOException {
        assertThat(code(keyed(FOREIGN, "k", "{\"name\":\"one\",\"size\":400001}")))
                .isEqualTo("INVALID_ARGUMENT");
        assertThat(elsewhere.effects).isEmpty();
        assertThat(count(service.journal, "tasks")).isZero();
    }

    @Test
    void handlerIsOneTransactionOfStateAuditIdempotencyRowAndOutbox() throws IOException {
        List<String> tables = List.of("tasks", "audit_entries", "idempotency_keys", "outbox");
        keyed(LOCAL, "k", "{\"name\":\"broken\"}");
        assertThat(tables)
                .allSatisfy(each -> assertThat(count(service.journal, each)).isZero());
        keyed(LOCAL, "k", WISH);
        assertThat(tables)
                .allSatisfy(each -> assertThat(count(service.journal, each)).isEqualTo(1));
    }

    @Test
    void refusalsFromAuthenticateOnAreAudited() throws IOException {
        post(LOCAL, WISH, BAD_CORRELATION);
        post(LOCAL, WISH, BAD_DEADLINE);
        assertThat(count(service.journal, "audit_entries")).isZero();
        stranger(LOCAL, WISH);
        send(service, people.observer, "POST", LOCAL, WISH);
        post(LOCAL, NOT_JSON);
        post(LOCAL, WISH, "X-Idempotency-Key", "two words");
        for (ErrorCode refusal : List.of(ErrorCode.UNAUTHORIZED, ErrorCode.FORBIDDEN)) {
            assertThat(service.audited(refusal)).containsExactly("session.create");
        }
        assertThat(service.audited(ErrorCode.INVALID_ARGUMENT)).hasSize(2);
    }

    @Test
    void replayIsInsideAuthoriseSoThatALostRightGetsNoStoredAnswer() throws IOException {
        keyed(LOCAL, "k", WISH);
        service.accept(people, 2, people.other);
        HttpResponse<String> refused = keyed(LOCAL, "k", WISH);
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.body()).doesNotContain("tsk_");
        assertThat(replayed(refused)).isFalse();
    }

    private interface Checks {
        void run() throws IOException;
    }

    /** One request holds the only place there is. */
    private void whileFull(Checks checks) throws Exception {
        service.close();
        service = life(Map.of("http", Map.of("max_running", 1, "max_waiting", 0, "protected_permits", 0)));
        Gate gate = new Gate();
        elsewhere.before = gate;
        Future<HttpResponse<String>> holder = threads.submit(() -> post(LOCAL, WISH));
        gate.reached.await();
        checks.run();
        gate.open.countDown();
        assertThat(holder.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    }

    private void limitedToOne() throws IOException {
        service.close();
        service = life(Map.of("rate_limit", Map.of("person_per_second", 1, "person_burst", 1)));
    }

    private HttpResponse<String> stranger(String path, String body) throws IOException {
        return send(service, new KeyedService.People().operator, "POST", path, body);
    }

    private static String[] both(String[] one, String[] other) {
        return new String[] {one[0], one[1], other[0], other[1]};
    }
}
