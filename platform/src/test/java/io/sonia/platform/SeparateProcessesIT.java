package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.ServiceName;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The scenarios with each service as a process of its own under EVA-OS, and what happens when one is killed. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SeparateProcessesIT extends StackScenarios {

    @TempDir
    static Path folder;

    private static TestHome home;
    private static java.lang.Process supervisor;

    @BeforeAll
    static void start() throws IOException {
        home = TestHome.install(folder, Map.of());
        supervisor = launch(home);
        awaitReady(home);
    }

    static java.lang.Process launch(TestHome home) throws IOException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "io.sonia.platform.Main",
                "eva-os",
                "--supervise");
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("SONIA_HOME", home.home().root().toString());
        builder.redirectErrorStream(true);
        builder.redirectOutput(folder.resolve("supervisor.log").toFile());
        return builder.start();
    }

    static void awaitReady(TestHome home) {
        for (ServiceName service : ServiceName.values()) {
            await(Duration.ofSeconds(60), () -> ready(home, service), service + " is ready");
        }
    }

    private static boolean ready(TestHome home, ServiceName service) {
        try {
            return Api.anonymous(home.port(service)).get("/readyz").status() == 200;
        } catch (UncheckedIOException notYet) {
            return false;
        }
    }

    /** Polls a condition of other processes, which nothing here can wake us about. */
    private static void await(Duration limit, BooleanSupplier condition, String what) {
        Instant end = Instant.now().plus(limit);
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).as(what).isBefore(end);
            java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    @AfterAll
    static void stop() throws Exception {
        supervisor.destroy();
        assertThat(supervisor.waitFor(30, TimeUnit.SECONDS)).isTrue();
        for (ServiceName service : ServiceName.values()) {
            assertThat(ready(home, service)).as(service.wireName()).isFalse();
        }
    }

    @Override
    TestHome home() {
        return home;
    }

    private static long pid(ServiceName service) {
        try {
            return (Long) Json.parseObject(Files.readString(home.home().pidFile(service)))
                    .get("pid");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void killed(long pid) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        await(
                Duration.ofSeconds(10),
                () -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty(),
                "it is dead");
    }

    @Test
    @Order(Integer.MAX_VALUE - 1)
    void aKilledServiceIsBackAndTheNextTurnWorks() throws IOException {
        for (ServiceName service : List.of(ServiceName.OPENCLAW, ServiceName.MEMORY_ENGINE, ServiceName.API_GATEWAY)) {
            long before = pid(service);
            killed(before);
            await(Duration.ofSeconds(40), () -> ready(home, service) && pid(service) != before, service + " is back");
            Api.Response turn = home.gateway()
                    .post("/v1/turn", Map.of("input_text", "list files in docs", "conversation_id", "after-kill"));
            assertThat(turn.status()).as(turn.text()).isEqualTo(200);
            assertThat(String.valueOf(turn.data().get("assistant_text"))).contains("welcome.md");
        }
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void childrenEndWithTheirSupervisorAndNothingAcknowledgedIsLost() throws Exception {
        Api.Response waiting = home.gateway()
                .post("/v1/turn", Map.of("input_text", "write kept to kept.txt", "conversation_id", "survives"));
        assertThat(waiting.status()).as(waiting.text()).isEqualTo(202);
        List<Long> children = java.util.Arrays.stream(ServiceName.values())
                .filter(service -> service != ServiceName.EVA_OS)
                .map(SeparateProcessesIT::pid)
                .toList();
        supervisor.destroyForcibly().waitFor();
        await(
                Duration.ofSeconds(15),
                () -> children.stream()
                        .allMatch(pid -> ProcessHandle.of(pid)
                                .filter(ProcessHandle::isAlive)
                                .isEmpty()),
                "every child has ended");

        supervisor = launch(home);
        awaitReady(home);
        String approval = pending(waiting);
        Api.Response approved = home.gateway().post("/v1/confirmations/" + approval + "/approve", Map.of());
        assertThat(approved.status()).as(approved.text()).isEqualTo(200);
        assertThat(approved.data()).containsEntry("execution_state", "succeeded");
        assertThat(home.home().workspace().resolve("kept.txt")).hasContent("kept");
        completed(home.gateway(), waiting);
        assertThat(home.gateway().get("/v1/audit/verify?chain=all").data()).containsEntry("valid", true);
        assertThat(Fold.agrees(home)).isPositive();
    }
}
