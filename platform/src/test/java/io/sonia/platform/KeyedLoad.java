package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.ServiceName;
import io.sonia.testdb.PostgresServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Keyed requests to two gateways by turns, each repeated until it is answered, and a count of their effects. */
final class KeyedLoad {

    private static final int REQUESTS = 60;
    private static final int CALLERS = 6;

    /** Longer than a server needs to recover on a slow disk. */
    private static final Duration PATIENCE = Duration.ofSeconds(150);

    /** What a caller may be told while something is broken; all of it may be repeated with the same key. */
    private static final Set<String> DOCUMENTED = Set.of(
            "STORAGE_UNAVAILABLE",
            "OUTCOME_UNKNOWN",
            "UNAVAILABLE",
            "IDEMPOTENCY_IN_PROGRESS",
            "AUDIT_UNAVAILABLE",
            "AUTH_UNAVAILABLE",
            "DEPENDENCY_FAILED",
            "OVERLOADED",
            "CIRCUIT_OPEN",
            "TIMEOUT");

    private final Map<String, String> database;
    private final String name;
    private final List<Api> gateways;
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    KeyedLoad(TestHome home, Map<String, String> database, String name) throws IOException {
        this.database = database;
        this.name = name;
        this.gateways = List.of(home.gateway(), Api.at(home.secondPort(ServiceName.API_GATEWAY), home.operatorToken()));
    }

    /**
     * Runs the harm when a quarter of the requests is answered.
     *
     * @return the codes of the refusals on the way
     */
    Set<String> run(Callable<?> harm) throws Exception {
        List<Future<Api.Response>> answers = new ArrayList<>();
        try (ExecutorService callers = Executors.newFixedThreadPool(CALLERS)) {
            AtomicInteger done = new AtomicInteger();
            for (int i = 0; i < REQUESTS; i++) {
                int number = i;
                answers.add(callers.submit(() -> {
                    Api.Response answer = insisting(number);
                    done.incrementAndGet();
                    return answer;
                }));
            }
            while (done.get() < REQUESTS / 4) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
            harm.call();
        }
        List<Object> ids = new ArrayList<>();
        for (Future<Api.Response> each : answers) {
            Api.Response answer = each.get();
            assertThat(answer.status()).as(answer.text()).isEqualTo(200);
            ids.add(made(answer));
        }
        assertThat(ids).doesNotHaveDuplicates();
        assertThat(effects()).as("one effect for each key").isEqualTo(REQUESTS);
        for (int i = 0; i < REQUESTS; i++) {
            assertThat(made(keyed(gateways.getFirst(), i))).isEqualTo(ids.get(i));
        }
        assertThat(effects()).isEqualTo(REQUESTS);
        return told;
    }

    private Api.Response insisting(int number) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        String last = "none";
        for (int attempt = 0; System.nanoTime() - end < 0; attempt++) {
            int gateway = (number + attempt) % 2;
            try {
                Api.Response answer = keyed(gateways.get(gateway), number);
                if (answer.status() == 200) {
                    return answer;
                }
                assertThat(answer.code()).as(answer.text()).isIn(DOCUMENTED);
                told.add(answer.code());
                last = "gateway " + (gateway + 1) + ": " + answer.text();
            } catch (UncheckedIOException gone) {
                // The other one knows the key.
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        }
        throw new AssertionError("no answer to request " + number + ", but " + told + ", last " + last);
    }

    /** By turns a new session, which has another id each time, and a tool call. */
    private Api.Response keyed(Api gateway, int number) {
        Api keyed = gateway.with("X-Idempotency-Key", name + "-" + number);
        return number % 2 == 0
                ? keyed.post("/v1/sessions", Map.of("conversation_id", name + " " + number))
                : keyed.post(
                        "/v1/action",
                        Map.of("tool_name", "file.list", "args", Map.of("path", "."), "session_id", name));
    }

    private static Object made(Api.Response answer) {
        return answer.data().getOrDefault("action_id", answer.data().get("session_id"));
    }

    private long effects() {
        return PostgresServer.number(
                database,
                "SELECT (SELECT count(*) FROM api_gateway.actions WHERE session_id = '" + name
                        + "' AND state = 'succeeded')"
                        + " + (SELECT count(*) FROM api_gateway.sessions WHERE conversation_id LIKE '" + name
                        + " %')");
    }
}
