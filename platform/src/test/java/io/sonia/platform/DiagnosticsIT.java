package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.evaos.EvaOsModule;
import io.sonia.gateway.GatewayModule;
import io.sonia.kernel.Clock;
import io.sonia.memory.MemoryModule;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a running house is, in one answer, also when a part of it is gone. */
class DiagnosticsIT {

    @TempDir
    Path folder;

    @Test
    void aWholeHouseIsTold() throws Exception {
        TestHome home = TestHome.install(folder, Map.of("rate_limit", TestHome.noRateLimit()));
        try (Stack _ = AllInOneIT.start(home)) {
            home.gateway()
                    .post("/v1/action", Map.of("tool_name", "file.read", "args", Map.of("path", "secret-name.txt")));
            home.gateway()
                    .post("/v1/turn", Map.of("input_text", "write hello to parked.txt", "conversation_id", "parked"));
            Api.Response answer = home.gateway().get("/v1/diagnostics/snapshot?last_n=5");
            Map<String, Object> data = answer.data();
            assertThat(data).as(answer.text()).containsEntry("complete", true);
            assertThat(data).containsEntry("approvals_pending", 1L).containsEntry("sessions_active", 1L);
            assertThat(Api.object(data.get("dead_letters"))).containsEntry("unresolved", 1L);
            assertThat(Api.objects(Api.object(data.get("recent_actions")).get("actions")))
                    .hasSize(2);
            assertThat(Api.object(data.get("queues"))).containsKeys("eva-os", "api-gateway", "pipecat");
            assertThat(Api.object(Api.object(data.get("health")).get("services")))
                    .containsKey("openclaw");
            assertThat(answer.text()).doesNotContain("secret-name");
            assertThat(home.gateway().get("/v1/diagnostics/snapshot?last_n=0").code())
                    .isEqualTo("INVALID_ARGUMENT");
        }
    }

    @Test
    void aPartThatIsGoneSaysSoInItsPlace() throws Exception {
        TestHome home = TestHome.install(folder, Map.of("rate_limit", TestHome.noRateLimit()));
        List<io.sonia.contracts.ServiceDefinition> some =
                List.of(EvaOsModule.DEFINITION, MemoryModule.DEFINITION, GatewayModule.DEFINITION);
        try (Stack _ = AllInOneIT.start(home, Clock.system(), some)) {
            Api.Response answer = home.gateway().get("/v1/diagnostics/snapshot");
            Map<String, Object> data = answer.data();
            assertThat(data).as(answer.text()).containsEntry("complete", false);
            Map<String, Object> queues = Api.object(data.get("queues"));
            assertThat(Api.object(queues.get("openclaw"))).containsEntry("error", "UNAVAILABLE");
            assertThat(Api.objects(queues.get("memory-engine"))).isNotEmpty();
            assertThat(data).containsEntry("approvals_pending", 0L);
        }
    }
}
