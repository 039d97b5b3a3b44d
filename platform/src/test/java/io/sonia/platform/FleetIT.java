package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.ServiceName;
import io.sonia.testdb.PostgresServer;
import io.sonia.testdb.RealRedis;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The scenarios with journals in PostgreSQL, claims in Redis and two gateways that are asked by turns. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(300)
class FleetIT extends StackScenarios {

    @TempDir
    static Path folder;

    private static final AtomicInteger TURN = new AtomicInteger();

    private static RealRedis redis;
    private static Map<String, String> database;
    private static TestHome home;
    private static Process supervisor;
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
                        Map.of("claims", "redis", "lease_seconds", 2),
                        "redis",
                        Map.of("url", redis.url().toString()),
                        "api_gateway",
                        Map.of("max_sessions", 1_000)));
        supervisor = StackProcess.launch(home, folder.resolve("first.log"), "eva-os", "--supervise");
        StackProcess.awaitReady(home);
        launchSecond();
    }

    private static void launchSecond() throws IOException {
        second = StackProcess.launch(home, folder.resolve("second.log"), "api-gateway", "--instance=2");
        StackProcess.await(
                Duration.ofSeconds(40),
                () -> StackProcess.ready(home.secondPort(ServiceName.API_GATEWAY)),
                "the second gateway is ready");
    }

    @AfterAll
    static void stop() throws Exception {
        StackProcess.stopped(second);
        StackProcess.stopped(supervisor);
        redis.close();
    }

    @Override
    TestHome home() {
        return home;
    }

    /** The other one each time. */
    @Override
    Api gateway() throws IOException {
        return TURN.incrementAndGet() % 2 == 0 ? home.gateway() : other();
    }

    private static Api other() throws IOException {
        return Api.at(home.secondPort(ServiceName.API_GATEWAY), home.operatorToken());
    }

    @Test
    void aSessionRunsOneTurnWhicheverGatewayIsAsked() throws IOException {
        Map<String, Object> write = Map.of("input_text", "write one to one.txt", "conversation_id", "shared");
        Api.Response waiting = home.gateway().post("/v1/turn", write);
        String approval = pending(waiting);
        Api.Response refused =
                other().post("/v1/turn", Map.of("input_text", "list files in docs", "conversation_id", "shared"));
        assertThat(refused.code()).isEqualTo("TURN_IN_PROGRESS");
        assertThat(refused.details()).containsEntry("turn_id", waiting.data().get("turn_id"));

        assertThat(other().post("/v1/confirmations/" + approval + "/approve", Map.of())
                        .data())
                .containsEntry("execution_state", "succeeded");
        completed(other(), waiting);
        Api.Response next =
                other().post("/v1/turn", Map.of("input_text", "list files in docs", "conversation_id", "shared"));
        assertThat(next.data())
                .containsEntry("session_id", waiting.data().get("session_id"))
                .containsEntry("state", "completed");
    }

    @Test
    void aTurnIsStoppedThroughTheOtherGateway() throws IOException {
        Api.Response waiting = home.gateway()
                .post("/v1/turn", Map.of("input_text", "write no to no.txt", "conversation_id", "stopped"));
        pending(waiting);
        Api.Response cancelled =
                other().post("/v1/turns/" + waiting.data().get("turn_id") + "/cancel", Map.of("reason", "enough"));
        assertThat(cancelled.status()).as(cancelled.text()).isEqualTo(200);
        assertThat(cancelled.data()).containsEntry("state", "cancelled");
        assertThat(home.home().workspace().resolve("no.txt")).doesNotExist();
    }

    @Test
    void theSecondGatewayHasItsOwnLog() {
        assertThat(home.home().log(ServiceName.API_GATEWAY, 2)).content().contains("service.started");
    }

    /** The one that waited for a person is gone; the other one goes on with its turn, once. */
    @Test
    @Order(Integer.MAX_VALUE - 2)
    void aTurnOfAKilledGatewayGoesOnAtTheOther() throws Exception {
        Api.Response waiting =
                other().post("/v1/turn", Map.of("input_text", "write kept to taken.txt", "conversation_id", "taken"));
        String approval = pending(waiting);

        second.destroyForcibly().waitFor();
        Api.Response approved = home.gateway().post("/v1/confirmations/" + approval + "/approve", Map.of());
        assertThat(approved.status()).as(approved.text()).isEqualTo(200);
        StackProcess.await(
                Duration.ofSeconds(30),
                () -> home.home().workspace().resolve("taken.txt").toFile().exists(),
                "the other one has executed it");

        Api.Response turn = completed(home.gateway(), waiting);
        assertThat(String.valueOf(turn.data().get("assistant_text"))).isNotEmpty();
        assertThat(executionsOf(waiting.data().get("turn_id"))).isEqualTo(1);
        launchSecond();
    }

    /** Each caller goes to the other gateway when one does not answer, with the same key. */
    @Test
    @Order(Integer.MAX_VALUE - 1)
    void keyedRequestsHaveOneEffectThoughAGatewayIsKilledAmongThem() throws Exception {
        new KeyedLoad(home, database, "killed")
                .run(() -> second.destroyForcibly().waitFor());
        launchSecond();
    }

    private static long executionsOf(Object turnId) {
        return PostgresServer.number(
                database,
                "SELECT count(*) FROM openclaw.executions JOIN api_gateway.actions ON action_id = execution_id"
                        + " WHERE turn_id = '" + turnId + "'");
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void theChainsAreSoundAndTellTheState() throws IOException {
        assertThat(gateway().get("/v1/audit/verify?chain=all").data()).containsEntry("valid", true);
        assertThat(Fold.agrees(home)).isPositive();
    }
}
