package io.sonia.journal;

import static io.sonia.journal.IdempotencyContract.send;
import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.http.Buckets;
import io.sonia.kernel.http.KeyClaims;
import io.sonia.kernel.identity.Credential;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How many requests are answered, wherever the buckets are. The processes' own clock stands still. */
abstract class RateLimitContract {

    private static final String WRITES = "/v1/sessions";

    @TempDir
    Path folder;

    private final KeyedService.People people = new KeyedService.People();
    private final List<KeyedService> processes = new ArrayList<>();

    /** What a process shares with the others. */
    abstract Buckets buckets() throws IOException;

    /** Of 40 requests each to two processes whose buckets hold 40, how many are answered. */
    abstract void answeredByTwo(int answered);

    @AfterEach
    final void close() {
        processes.forEach(KeyedService::close);
    }

    final KeyedService process(Map<String, Integer> rates) throws IOException {
        Map<String, Integer> all = new HashMap<>(Map.of("person_per_second", 1000, "person_burst", 1000));
        all.putAll(rates);
        Path own = Files.createDirectories(folder.resolve("process" + processes.size()));
        TestClock clock = new TestClock();
        Journal journal = SqliteJournal.open(
                own.resolve("sonia.db"),
                ServiceName.API_GATEWAY,
                Samples.SCHEMA,
                clock,
                new Hlc(clock),
                JournalContract.OPTIONS);
        KeyedService made = new KeyedService(
                own,
                journal,
                new KeyedService.Shared(KeyClaims.ALONE, buckets()),
                people,
                new KeyedService.Elsewhere(),
                Map.of("rate_limit", all));
        processes.add(made);
        return made;
    }

    private HttpResponse<String> writes(KeyedService to, Credential as, String session) throws IOException {
        String about = session.isEmpty() ? "" : ",\"session_id\":\"" + session + "\"";
        return send(to, as, "POST", WRITES, "{\"name\":\"one\"" + about + "}");
    }

    private void isLimited(HttpResponse<String> answer, String scope) {
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.body()).contains("\"code\":\"RATE_LIMITED\"").contains("\"scope\":\"" + scope + "\"");
        assertThat(Integer.parseInt(answer.headers().firstValue("Retry-After").orElseThrow()))
                .isPositive();
    }

    final int status(KeyedService to, String method) throws IOException {
        return send(to, people.operator, method, WRITES, method.equals("POST") ? "{\"name\":\"one\"}" : "")
                .statusCode();
    }

    @Test
    void aPersonIsAnsweredUntilTheBucketIsEmptyAndNobodyElseIsConcerned() throws IOException {
        KeyedService service = process(Map.of("person_per_second", 1, "person_burst", 3));
        for (int i = 0; i < 3; i++) {
            assertThat(writes(service, people.operator, "").statusCode()).isEqualTo(200);
        }
        isLimited(writes(service, people.operator, ""), "principal");
        assertThat(writes(service, people.other, "").statusCode()).isEqualTo(200);
    }

    @Test
    void eachSessionOfAPersonHasItsOwnBucket() throws IOException {
        KeyedService service = process(Map.of("session_per_second", 1, "session_burst", 2));
        assertThat(writes(service, people.operator, "ses_1").statusCode()).isEqualTo(200);
        assertThat(writes(service, people.operator, "ses_1").statusCode()).isEqualTo(200);
        isLimited(writes(service, people.operator, "ses_1"), "session");
        assertThat(writes(service, people.operator, "ses_2").statusCode()).isEqualTo(200);
        assertThat(writes(service, people.operator, "").statusCode()).isEqualTo(200);
        // Somebody else who names the session empties another bucket.
        assertThat(writes(service, people.other, "ses_1").statusCode()).isEqualTo(200);
    }

    @Test
    void processesOfAFleetAnswerAsManyTogetherAsTheBackendSays() throws IOException {
        Map<String, Integer> rates = Map.of("person_per_second", 1, "person_burst", 40);
        KeyedService one = process(rates);
        KeyedService other = process(rates);
        int answered = 0;
        for (int i = 0; i < 40; i++) {
            answered += writes(one, people.operator, "").statusCode() == 200 ? 1 : 0;
            answered += writes(other, people.operator, "").statusCode() == 200 ? 1 : 0;
        }
        answeredByTwo(answered);
    }

    @Test
    void aFloodOfStrangersLeavesThoseAloneWhoAreKnown() throws IOException {
        KeyedService service = process(Map.of(
                "person_per_second", 1, "person_burst", 5, "auth_failures_per_second", 1, "address_per_second", 1));
        Credential stranger = new KeyedService.People().operator;
        List<Integer> answers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            answers.add(writes(service, stranger, "ses_1").statusCode());
        }
        // Refused as strangers first, then without a look at who they are; from other addresses again as strangers.
        assertThat(answers.subList(0, 4)).containsOnly(401);
        assertThat(answers.getLast()).isEqualTo(429);
        for (int i = 2; i < 200; i++) {
            byte[] address = {127, 0, 9, (byte) i};
            assertThat(from(address, service.port(), stranger)).startsWith("HTTP/1.1 401");
        }
        for (int i = 0; i < 5; i++) {
            assertThat(writes(service, people.operator, "ses_1").statusCode()).isEqualTo(200);
        }
    }

    private static String from(byte[] address, int port, Credential credential) throws IOException {
        InetAddress server = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        try (Socket socket = new Socket(server, port, InetAddress.getByAddress(address), 0)) {
            socket.setSoTimeout(10_000);
            String request = "POST %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer %s\r\n"
                    .formatted(WRITES, credential.text());
            socket.getOutputStream()
                    .write((request + "Content-Length: 0\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
