package io.sonia.cli;

import static io.sonia.cli.Samples.map;
import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.evaos.HealthAll;
import io.sonia.contracts.evaos.MaintenanceChanged;
import io.sonia.contracts.evaos.RestartBudget;
import io.sonia.contracts.evaos.ServiceRecord;
import io.sonia.contracts.evaos.ServiceState;
import io.sonia.contracts.gateway.Deps;
import io.sonia.contracts.gateway.PendingList;
import io.sonia.kernel.Home;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The state of the services as a person or a script sees it. */
class StatusIT {

    private static final String ISOLATION = "Commands run apart";
    private static final String ERROR = "the process ended: exit 74\u001b[2J";

    @TempDir
    Path folder;

    private final Captured captured = Captured.pipes();
    private final Map<ServiceName, ServiceState> told = new LinkedHashMap<>();
    private boolean maintenance;
    private FakeGateway gateway;
    private Map<String, String> environment;

    @BeforeEach
    void start() throws IOException {
        gateway = new FakeGateway(new Home(folder));
        environment = gateway.environment();
        Deps.Dep dep = new Deps.Dep("ok", 1, 2.5, "4.7.0", null);
        gateway.on("GET /readyz", reply -> reply.data(map()))
                .on("GET /status", reply -> reply.data(map("detail", map("isolation", map("statement", ISOLATION)))))
                .on("GET /version", reply -> reply.data(map("version", "4.7.0")))
                .on("GET /v1/deps", reply -> reply.data(Samples.plain(new Deps(true, dep, dep, dep, dep, dep))))
                .on("GET /health/all", reply -> reply.data(Samples.plain(health())))
                .on(
                        "GET /v1/confirmations/pending",
                        reply -> reply.data(Samples.plain(new PendingList(null, List.of(), 0, 3, null))));
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    private HealthAll health() {
        Map<String, ServiceRecord> services = new LinkedHashMap<>();
        for (ServiceName service : ServiceName.values()) {
            ServiceState state = told.getOrDefault(service, ServiceState.HEALTHY);
            services.put(
                    service.wireName(),
                    new ServiceRecord(
                            service.wireName(),
                            1,
                            state,
                            ProcessHandle.current().pid(),
                            Samples.NOW,
                            1.0,
                            Samples.NOW,
                            Samples.NOW,
                            0,
                            2,
                            state == ServiceState.HEALTHY ? null : ERROR,
                            true,
                            new RestartBudget(0, 0, 3, 0, false)));
        }
        return new HealthAll(Samples.NOW, maintenance, ServiceState.HEALTHY, services);
    }

    /** Nobody listens there any more. */
    private void gone(String service) {
        environment.put("SONIA_SERVICES__" + service + "__PORT", "1");
    }

    @Test
    void maintenanceIsBegunEndedAndShown() {
        gateway.on(
                "POST /v1/supervision/maintenance-mode",
                reply -> reply.data(Samples.plain(new MaintenanceChanged(!maintenance, maintenance, null))));
        assertThat(run("maintenance", "on", "--reason", "disks", "--minutes", "30"))
                .as(captured.err())
                .isZero();
        assertThat(captured.out()).isEqualTo("maintenance is on: nothing is restarted until ./sonia maintenance off\n");
        assertThat(gateway.seen("POST /v1/supervision/maintenance-mode")
                        .getFirst()
                        .body())
                .containsEntry("enabled", true)
                .containsEntry("reason", "disks")
                .containsEntry("ttl_seconds", 1800L);
        maintenance = true;
        assertThat(run("status")).isZero();
        assertThat(captured.out()).contains("maintenance: on");
        assertThat(run("maintenance", "off")).isZero();
        assertThat(captured.out()).endsWith("maintenance is off\n");
        assertThat(run("maintenance", "perhaps")).isEqualTo(2);
        assertThat(run("maintenance")).isEqualTo(2);
    }

    private int run(String... words) {
        return Main.run(captured.place(folder, environment), words);
    }

    private String line(ServiceName service) {
        return captured.out()
                .lines()
                .filter(each -> each.startsWith(service.wireName()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aStackThatIsWellIsExitCode0WithALineForEachService() {
        assertThat(run("status")).isZero();
        for (ServiceName service : ServiceName.values()) {
            assertThat(line(service))
                    .contains("healthy", Long.toString(ProcessHandle.current().pid()), "4.7.0");
        }
        assertThat(line(ServiceName.OPENCLAW)).contains("2.5 ms");
        assertThat(captured.out())
                .startsWith("SERVICE")
                .contains("isolation: " + ISOLATION + "\n")
                .contains("approvals waiting: 3\n")
                .endsWith("home: " + folder + "\n");
        assertThat(captured.err()).isEmpty();
    }

    @Test
    void aStackThatIsSlowOrHasPausedCallsSaysSo() {
        gateway.on(
                "GET /status",
                reply -> reply.data(
                        map("slo_mode", "degraded", "breakers", map("eva-os", "closed", "memory-engine", "open"))));
        assertThat(run("status")).isZero();
        assertThat(captured.out())
                .contains("speed: degraded", "calls to memory-engine: paused (open)")
                .doesNotContain("calls to eva-os");
    }

    @Test
    void aServiceThatIsNotThereIsDownWhateverTheSupervisorRemembers() {
        gone("OPENCLAW");
        assertThat(run("status")).isEqualTo(1);
        assertThat(line(ServiceName.OPENCLAW))
                .contains("down")
                .doesNotContain(Long.toString(ProcessHandle.current().pid()));
        assertThat(line(ServiceName.PIPECAT)).contains("healthy");
    }

    @Test
    void aServiceThatIsNotReadyIsExitCode1WithTheReason() {
        told.put(ServiceName.MEMORY_ENGINE, ServiceState.EXHAUSTED);
        gateway.on("GET /readyz", reply -> reply.error(503, "UNAVAILABLE", map()));
        assertThat(run("status")).isEqualTo(1);
        assertThat(line(ServiceName.MEMORY_ENGINE)).contains("exhausted");
        assertThat(captured.out())
                .contains("  memory-engine: the process ended: exit 74")
                .doesNotContain("\u001b");
    }

    @Test
    void withoutTheSupervisorsWordTheServicesAreStillLookedAt() {
        gateway.on("GET /health/all", reply -> reply.error(503, "UNAVAILABLE", map()))
                .on("GET /status", reply -> reply.error(503, "UNAVAILABLE", map()))
                .on("GET /v1/deps", reply -> reply.error(503, "UNAVAILABLE", map()))
                .on("GET /v1/confirmations/pending", reply -> reply.error(503, "UNAVAILABLE", map()));
        assertThat(run("status")).isZero();
        assertThat(line(ServiceName.OPENCLAW)).contains("ready");
        assertThat(captured.out()).contains("approvals waiting: -\n").doesNotContain("isolation");
    }

    @Test
    void asJsonItIsOneObjectWithTheSameExitCode() {
        gone("SOFIIA_CONSOLE");
        assertThat(run("status", "--json")).isEqualTo(1);
        Map<String, Object> report = Json.parseObject(captured.out());
        assertThat(report)
                .containsEntry("running", true)
                .containsEntry("well", false)
                .containsEntry("isolation", ISOLATION)
                .containsEntry("pending_approvals", 3L);
        List<?> services = (List<?>) report.get("services");
        assertThat(services).hasSize(ServiceName.values().length);
        assertThat((Map<?, ?>) services.getLast()).satisfies(console -> {
            assertThat(console.get("service")).isEqualTo("sofiia-console");
            assertThat(console.get("state")).isEqualTo("down");
            assertThat(console.get("well")).isEqualTo(false);
            assertThat(console.get("pid")).isNull();
        });
    }
}
