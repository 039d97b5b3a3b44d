package io.sonia.evaos.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.evaos.BudgetList;
import io.sonia.contracts.evaos.BudgetReset;
import io.sonia.contracts.evaos.BudgetWasReset;
import io.sonia.contracts.evaos.DependencyGraph;
import io.sonia.contracts.evaos.HealthAll;
import io.sonia.contracts.evaos.MaintenanceChange;
import io.sonia.contracts.evaos.MaintenanceChanged;
import io.sonia.contracts.evaos.RestartRequest;
import io.sonia.contracts.evaos.ServiceList;
import io.sonia.contracts.evaos.ServiceRecord;
import io.sonia.contracts.evaos.ServiceStarted;
import io.sonia.contracts.evaos.ServiceState;
import io.sonia.contracts.evaos.ServiceStopped;
import io.sonia.contracts.evaos.StopRequest;
import io.sonia.journal.Journal;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Deadline;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.http.Trace;
import io.sonia.kernel.identity.Caller;
import io.sonia.kernel.identity.Role;
import io.sonia.testkit.FakeClock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SupervisionRoutesTest {

    @TempDir
    Path folder;

    private final FakeClock clock = new FakeClock();
    private final Ids ids = new Ids(new SecureRandom());
    private final FakeLauncher launcher = new FakeLauncher();
    private Journal journal;
    private SupervisionRoutes routes;

    @BeforeEach
    void start() {
        journal = Samples.journal(folder, clock);
        Supervision supervision = new Supervision(
                Samples.plans(folder),
                Samples.parts(folder, Samples.CONFIG, journal, clock, service -> new Look(1.0, null)),
                launcher);
        supervision.begin();
        routes = new SupervisionRoutes(supervision);
    }

    @AfterEach
    void close() {
        journal.close();
    }

    @Test
    void servicesAreListedInStartOrder() {
        ServiceList list = data(Operation.SUPERVISION_SERVICES, new Empty(), "", ServiceList.class);
        assertThat(list.services())
                .extracting(ServiceRecord::name)
                .containsExactly(
                        "eva-os",
                        "memory-engine",
                        "model-router",
                        "openclaw",
                        "api-gateway",
                        "pipecat",
                        "sofiia-console");
        assertThat(list.services()).extracting(ServiceRecord::pid).doesNotContainNull();
        assertThat(list.services())
                .filteredOn(each -> !each.required())
                .extracting(ServiceRecord::name)
                .containsExactly("sofiia-console");
    }

    @Test
    void houseIsShownAtAGlance() {
        HealthAll all = data(Operation.HEALTH_ALL, new Empty(), "", HealthAll.class);
        assertThat(all.overallState()).isEqualTo(ServiceState.STARTING);
        assertThat(all.maintenanceMode()).isFalse();
        assertThat(all.services().get("openclaw").latencyMs()).isEqualTo(1.0);
    }

    @Test
    void stopStartAndRestartAreAuditedWithWhoAskedAndWhy() {
        assertThat(data(Operation.SUPERVISION_STOP, new StopRequest("upgrade", 0), "pipecat", ServiceStopped.class))
                .isEqualTo(new ServiceStopped("pipecat", ServiceState.STOPPED, false));
        assertThat(data(Operation.SUPERVISION_START, new Empty(), "pipecat", ServiceStarted.class)
                        .state())
                .isEqualTo(ServiceState.STARTING);
        Reply.Enveloped restarted = reply(Operation.SUPERVISION_RESTART, new RestartRequest("again", true), "pipecat");
        assertThat(restarted.status()).isEqualTo(202);
        assertThat(launcher.started).hasSize(8);
        List<String> entries = journal.read(sql -> sql.list(
                "SELECT operation || ' ' || actor_id || ' ' || http_status AS line FROM audit_entries"
                        + " WHERE resource_id = 'pipecat' ORDER BY seq",
                row -> row.text("line")));
        assertThat(entries)
                .containsExactly(
                        "supervision.service.starting eva-os 200",
                        "supervision.service.stopped usr_1 200",
                        "sup.stop usr_1 200",
                        "supervision.service.starting usr_1 200",
                        "sup.start usr_1 202",
                        "supervision.service.stopped usr_1 200",
                        "supervision.service.starting usr_1 200",
                        "sup.restart usr_1 202");
        assertThat(detail("sup.stop")).contains("upgrade");
    }

    @Test
    void answerIsKeptForARepetition() {
        reply(Operation.SUPERVISION_STOP, new StopRequest("upgrade", 0), "pipecat");
        byte[] kept = journal.find(key()).orElseThrow().data();
        assertThat(new String(kept, StandardCharsets.UTF_8))
                .isEqualTo("{\"service\":\"pipecat\",\"state\":\"stopped\",\"killed\":false}");
    }

    @Test
    void eachServiceComesAfterWhatItNeeds() {
        DependencyGraph graph = data(Operation.SUPERVISION_GRAPH, new Empty(), "", DependencyGraph.class);
        assertThat(graph.order())
                .containsExactlyInAnyOrderElementsOf(graph.graph().keySet());
        graph.graph()
                .forEach((service, needs) -> assertThat(
                                graph.order().subList(0, graph.order().indexOf(service)))
                        .containsAll(needs));
        assertThat(graph.graph().get("pipecat")).containsExactly("api-gateway");
    }

    @Test
    void aServiceIsLookedAtByHandAndThatIsOnRecord() {
        ServiceRecord seen = data(Operation.SUPERVISION_PROBE, new Empty(), "pipecat", ServiceRecord.class);
        assertThat(seen.latencyMs()).isEqualTo(1.0);
        assertThat(seen.consecutiveSuccesses()).as("not counted").isZero();
        assertThat(operations("pipecat")).containsExactly("supervision.service.starting", "sup.probe");
        assertRefused(() -> reply(Operation.SUPERVISION_PROBE, new Empty(), "nobody"), ErrorCode.NOT_FOUND);
    }

    @Test
    void aBudgetIsGivenBackAndThatIsOnRecord() {
        BudgetWasReset reset =
                data(Operation.SUPERVISION_BUDGET_RESET, new BudgetReset("why"), "pipecat", BudgetWasReset.class);
        assertThat(reset.budget()).isEqualTo(new BudgetList.Entry("pipecat", 0, 0, 3, 0, false));
        assertThat(operations("pipecat"))
                .containsExactly("supervision.service.starting", "supervision.budget.forgotten", "sup.budget_reset");
        assertRefused(
                () -> reply(Operation.SUPERVISION_BUDGET_RESET, new BudgetReset("why"), "nobody"), ErrorCode.NOT_FOUND);
    }

    @Test
    void maintenanceIsToldWithWhatItWasBefore() {
        MaintenanceChange on = new MaintenanceChange(true, "disks", 60);
        MaintenanceChanged begun = data(Operation.SUPERVISION_MAINTENANCE, on, "", MaintenanceChanged.class);
        assertThat(begun)
                .isEqualTo(new MaintenanceChanged(true, false, clock.now().plusSeconds(60)));
        assertThat(data(Operation.HEALTH_ALL, new Empty(), "", HealthAll.class).maintenanceMode())
                .isTrue();
        MaintenanceChange off = new MaintenanceChange(false, "", null);
        assertThat(data(Operation.SUPERVISION_MAINTENANCE, off, "", MaintenanceChanged.class))
                .isEqualTo(new MaintenanceChanged(false, true, null));
        assertThat(detail("supervision.maintenance.toggled")).contains("\"enabled\":true", "disks", "\"until\":\"");
        assertThat(operations("maintenance")).containsExactly("sup.maintenance", "sup.maintenance");
    }

    private List<String> operations(String resource) {
        return journal.read(sql -> sql.list(
                "SELECT operation FROM audit_entries WHERE resource_id = ? ORDER BY seq",
                row -> row.text("operation"),
                resource));
    }

    @Test
    void whatCannotBeStoppedIsRefused() {
        StopRequest stop = new StopRequest("why", 0);
        assertRefused(() -> reply(Operation.SUPERVISION_STOP, stop, "eva-os"), ErrorCode.INVALID_STATE);
        assertRefused(() -> reply(Operation.SUPERVISION_STOP, stop, "nobody"), ErrorCode.NOT_FOUND);
        assertRefused(() -> reply(Operation.SUPERVISION_START, new Empty(), "pipecat"), ErrorCode.INVALID_STATE);
        assertRefused(
                () -> reply(Operation.SUPERVISION_RESTART, new RestartRequest("why", false), "eva-os"),
                ErrorCode.INVALID_STATE);
    }

    private <T> T data(Operation operation, Record input, String service, Class<T> type) {
        return type.cast(reply(operation, input, service).data());
    }

    @SuppressWarnings("unchecked")
    private Reply.Enveloped reply(Operation operation, Record input, String service) {
        Route<Record> route = (Route<Record>) routes.list().stream()
                .filter(each -> each.operation() == operation)
                .findFirst()
                .orElseThrow();
        Context context = new Context(
                "req_1",
                Trace.continued(null, null, ids),
                Deadline.in(Duration.ofMinutes(1), clock),
                new Caller("usr_1", Role.OPERATOR, null, null),
                null,
                null);
        IdempotencyKey key = operation == Operation.SUPERVISION_STOP ? key() : null;
        return (Reply.Enveloped) route.handler()
                .handle(new Call<>(
                        operation, input, Map.of("service_name", service), Map.of(), context, key, false, null));
    }

    private static IdempotencyKey key() {
        return new IdempotencyKey("usr_1", Operation.SUPERVISION_STOP.endpoint(), "k1", "fingerprint", "own");
    }

    private String detail(String operation) {
        return journal.read(sql -> sql.one(
                        "SELECT detail FROM audit_entries WHERE operation = ? ORDER BY seq LIMIT 1",
                        row -> row.text("detail"),
                        operation))
                .orElseThrow();
    }

    private static void assertRefused(Runnable work, ErrorCode code) {
        assertThatThrownBy(work::run)
                .isInstanceOfSatisfying(
                        SoniaException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(code));
    }
}
