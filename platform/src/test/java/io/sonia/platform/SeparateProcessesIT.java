package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.ServiceName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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
        supervisor = StackProcess.launch(home, folder.resolve("supervisor.log"), "eva-os", "--supervise");
        StackProcess.awaitReady(home);
    }

    @AfterAll
    static void stop() throws Exception {
        StackProcess.stopped(supervisor);
        for (ServiceName service : ServiceName.values()) {
            assertThat(StackProcess.ready(home.port(service)))
                    .as(service.wireName())
                    .isFalse();
        }
    }

    @Override
    TestHome home() {
        return home;
    }

    @Test
    void theExecutorAloneLearnsOfTheDisplay() throws IOException {
        for (ServiceName service : ServiceName.values()) {
            if (service != ServiceName.EVA_OS) {
                Path environment = Path.of("/proc", Long.toString(StackProcess.pid(home, service)), "environ");
                assertThat(Files.readString(environment).contains("DISPLAY=" + StackProcess.NO_DISPLAY))
                        .as(service.wireName())
                        .isEqualTo(service == ServiceName.OPENCLAW);
            }
        }
        Api openclaw = Api.at(home.port(ServiceName.OPENCLAW), home.operatorToken());
        Map<String, Object> tool = openclaw.get("/tools/window.list").data();
        assertThat(tool).containsEntry("available", false);
        assertThat(tool.get("unavailable_reason").toString())
                .matches(".*(install the package xdotool|:4096 does not answer)");
    }

    @Test
    @Order(Integer.MAX_VALUE - 1)
    void aKilledServiceIsBackAndTheNextTurnWorks() throws IOException {
        for (ServiceName service : List.of(ServiceName.OPENCLAW, ServiceName.MEMORY_ENGINE, ServiceName.API_GATEWAY)) {
            long before = StackProcess.pid(home, service);
            StackProcess.killed(before);
            StackProcess.await(
                    Duration.ofSeconds(40),
                    () -> StackProcess.ready(home.port(service)) && StackProcess.pid(home, service) != before,
                    service + " is back");
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
                .map(service -> StackProcess.pid(home, service))
                .toList();
        supervisor.destroyForcibly().waitFor();
        StackProcess.await(
                Duration.ofSeconds(15),
                () -> children.stream()
                        .allMatch(pid -> ProcessHandle.of(pid)
                                .filter(ProcessHandle::isAlive)
                                .isEmpty()),
                "every child has ended");

        supervisor = StackProcess.launch(home, folder.resolve("supervisor.log"), "eva-os", "--supervise");
        StackProcess.awaitReady(home);
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
