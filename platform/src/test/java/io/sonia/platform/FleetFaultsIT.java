package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.ServiceName;
import io.sonia.testdb.CutLine;
import io.sonia.testdb.PostgresServer;
import io.sonia.testdb.RealRedis;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two gateways whose database and whose Redis fail: documented codes, one effect for each key, and no new start. */
@Timeout(240)
class FleetFaultsIT {

    /** Longer than a lease lives, shorter than supervision waits. */
    private static final Duration OUTAGE = Duration.ofSeconds(9);

    private static final Duration RECOVERY = Duration.ofSeconds(40);

    @TempDir
    static Path folder;

    private static EmbeddedPostgres server;
    private static CutLine line;
    private static RealRedis redis;
    private static Map<String, String> database;
    private static TestHome home;
    private static Process supervisor;
    private static Process second;

    private List<Long> before;

    @BeforeAll
    static void start() throws IOException {
        server = PostgresServer.start("restart_after_crash", "on");
        line = new CutLine(server.getPort());
        redis = new RealRedis();
        database = Map.of("url", PostgresServer.url(server.getPort(), "postgres"), "user", PostgresServer.USER);
        home = TestHome.install(
                folder,
                Map.of(
                        "journal",
                        TestHome.shortLease(Map.of(
                                "url", PostgresServer.url(line.port(), "postgres"), "user", PostgresServer.USER)),
                        "idempotency",
                        Map.of("claims", "redis", "lease_seconds", 2),
                        "redis",
                        Map.of("url", redis.url().toString()),
                        "api_gateway",
                        Map.of("max_sessions", 1_000)));
        supervisor = StackProcess.launch(home, folder.resolve("first.log"), "eva-os", "--supervise");
        StackProcess.awaitReady(home);
        second = StackProcess.launch(home, folder.resolve("second.log"), "api-gateway", "--instance=2");
        awaitReady();
    }

    @AfterAll
    static void stop() throws Exception {
        StackProcess.stopped(second);
        StackProcess.stopped(supervisor);
        line.close();
        redis.close();
        server.close();
    }

    private static void awaitReady() {
        for (ServiceName service : ServiceName.values()) {
            StackProcess.await(RECOVERY, () -> StackProcess.ready(home.port(service)), service + " is ready");
        }
        StackProcess.await(
                RECOVERY,
                () -> StackProcess.ready(home.secondPort(ServiceName.API_GATEWAY)),
                "the second gateway is ready");
    }

    @BeforeEach
    void remember() {
        before = pids();
    }

    /** Whatever happened, all are the processes that they were, and ready. */
    @AfterEach
    void recovered() throws IOException {
        awaitReady();
        assertThat(pids()).isEqualTo(before);
        assertThat(second.isAlive()).isTrue();
        assertThat(home.gateway().get("/v1/audit/verify?chain=all").data()).containsEntry("valid", true);
    }

    private static List<Long> pids() {
        return Arrays.stream(ServiceName.values())
                .filter(service -> service != ServiceName.EVA_OS)
                .map(service -> StackProcess.pid(home, service))
                .toList();
    }

    /** A killed backend makes the server end all others and recover, as after a crash. */
    @Test
    void aServerThatIsKilledUnderLoadDoublesAndLosesNothing() throws Exception {
        new KeyedLoad(home, database, "crash").run(() -> {
            long writer = PostgresServer.number(
                    database,
                    "SELECT pid FROM pg_stat_activity WHERE application_name = 'sonia api_gateway'"
                            + " ORDER BY backend_start LIMIT 1");
            return ProcessHandle.of(writer).orElseThrow().destroyForcibly();
        });
    }

    @Test
    void aRedisThatForgetsDoublesNothing() throws Exception {
        new KeyedLoad(home, database, "flush").run(() -> {
            for (int i = 0; i < 20; i++) {
                redis.flush();
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
            return redis;
        });
    }

    @Test
    void withoutRedisKeyedRequestsAreUnavailableAndOthersAreNot() throws Exception {
        redis.stop();
        Api.Response keyed = home.gateway()
                .with("X-Idempotency-Key", "without-redis")
                .post("/v1/sessions", Map.of("conversation_id", "keyed"));
        assertThat(keyed.code()).isEqualTo("UNAVAILABLE");
        assertThat(StackProcess.status(home.port(ServiceName.API_GATEWAY), "/readyz"))
                .isEqualTo(503);
        assertThat(StackProcess.status(home.port(ServiceName.API_GATEWAY), "/healthz"))
                .isEqualTo(200);
        assertThat(home.gateway()
                        .post("/v1/sessions", Map.of("conversation_id", "bare"))
                        .status())
                .isEqualTo(200);
        redis.start();
    }

    /** For longer than the leases live: nobody takes over from one that was away for as long as everybody. */
    @Test
    void bothAwayIsToldAndPasses() throws Exception {
        new KeyedLoad(home, database, "away").run(() -> {
            line.breakOff();
            redis.stop();
            StackProcess.await(
                    Duration.ofSeconds(20),
                    () -> StackProcess.status(home.port(ServiceName.API_GATEWAY), "/healthz") == 503,
                    "it says that its store is away");
            assertThat(home.gateway().get("/v1/sessions").code()).isEqualTo("STORAGE_UNAVAILABLE");
            LockSupport.parkNanos(OUTAGE.toNanos());
            line.mend();
            redis.start();
            return line;
        });
    }
}
