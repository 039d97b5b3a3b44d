package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.ServiceName;
import io.sonia.testdb.PostgresServer;
import io.sonia.testdb.RealRedis;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two stacks on one database: one leads, the other one waits, and goes on when the first is killed. */
@Timeout(240)
class FailoverIT {

    private static final int READY_TIMEOUT = 15;

    @TempDir
    static Path folder;

    private static RealRedis redis;
    private static Map<String, String> database;
    private static TestHome home;
    private static Process first;
    private static Process second;

    @BeforeAll
    static void start() throws IOException {
        redis = new RealRedis();
        database = PostgresServer.settings();
        home = TestHome.install(
                folder,
                Map.of(
                        "journal",
                        TestHome.shortLease(database),
                        "idempotency",
                        Map.of("claims", "redis"),
                        "redis",
                        Map.of("url", redis.url().toString()),
                        "eva_os",
                        Map.of("ready_timeout_seconds", READY_TIMEOUT)));
        first = StackProcess.launch(home, folder.resolve("first.log"), "eva-os", "--supervise");
        StackProcess.awaitReady(home);
        second = StackProcess.launch(home, folder.resolve("second.log"), "eva-os", "--supervise", "--instance=2");
    }

    @AfterAll
    static void stop() throws Exception {
        first.destroyForcibly();
        StackProcess.stopped(second);
        redis.close();
    }

    @Test
    void anApprovalFromBeforeIsDecidedAfterTheFailoverAndExecutedOnce() throws Exception {
        int waiting = home.secondPort(ServiceName.EVA_OS);
        StackProcess.await(
                Duration.ofSeconds(30), () -> StackProcess.status(waiting, "/healthz") == 200, "the second waits");
        Api.Response notReady = Api.anonymous(waiting).get("/readyz");
        assertThat(notReady.status()).isEqualTo(503);
        assertThat(notReady.code()).isEqualTo("UNAVAILABLE");
        assertThat(Api.objects(notReady.details().get("checks")).getFirst())
                .containsEntry("name", "lease")
                .containsEntry("ok", false);
        assertThat(Api.at(waiting, home.operatorToken()).get("/approvals").code())
                .as("it does nothing yet")
                .isEqualTo("UNAVAILABLE");
        Api.Response asked = home.gateway()
                .post("/v1/turn", Map.of("input_text", "write kept to kept.txt", "conversation_id", "failover"));
        String approval = StackScenarios.pending(asked);
        long fence = fence();

        first.destroyForcibly().waitFor();
        StackProcess.await(
                Duration.ofSeconds(30),
                () -> StackProcess.status(waiting, "/healthz") == 0
                        && StackProcess.status(home.port(ServiceName.EVA_OS), "/healthz") == 200,
                "the second leads");
        StackProcess.awaitReady(home);

        assertThat(second.isAlive()).isTrue();
        assertThat(fence()).isGreaterThan(fence);
        Api.Response approved = home.gateway().post("/v1/confirmations/" + approval + "/approve", Map.of());
        assertThat(approved.status()).as(approved.text()).isEqualTo(200);
        assertThat(approved.data()).containsEntry("execution_state", "succeeded");
        StackScenarios.completed(home.gateway(), asked);
        assertThat(home.home().workspace().resolve("kept.txt")).hasContent("kept");
        assertThat(PostgresServer.number(database, "SELECT count(*) FROM openclaw.executions"))
                .isEqualTo(1);
        assertThat(home.gateway().get("/v1/audit/verify?chain=all").data()).containsEntry("valid", true);
        assertThat(Fold.agrees(home)).isPositive();
    }

    /** Somebody else takes its lease, holds it for longer than a start may take, and is gone. */
    @Test
    void aServiceThatWaitsIsNotRestarted() {
        int port = home.port(ServiceName.PIPECAT);
        long fenced = StackProcess.pid(home, ServiceName.PIPECAT);
        PostgresServer.run(
                database,
                "UPDATE pipecat.journal_leases SET holder = 'other', fence = fence + 1,"
                        + " lease_until_ms = extract(epoch FROM clock_timestamp()) * 1000 + " + 2_000 * READY_TIMEOUT);
        StackProcess.await(
                Duration.ofSeconds(20),
                () -> StackProcess.pid(home, ServiceName.PIPECAT) != fenced
                        && StackProcess.status(port, "/healthz") == 200,
                "it has ended, and waits as a new process");
        long waits = StackProcess.pid(home, ServiceName.PIPECAT);
        assertThat(StackProcess.status(port, "/readyz")).isEqualTo(503);

        StackProcess.await(
                Duration.ofSeconds(3 * READY_TIMEOUT), () -> StackProcess.ready(port), "it has the lease at last");

        assertThat(StackProcess.pid(home, ServiceName.PIPECAT)).isEqualTo(waits);
    }

    private static long fence() {
        return PostgresServer.number(database, "SELECT fence FROM eva_os.journal_leases WHERE instance = 1");
    }
}
