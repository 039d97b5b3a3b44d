package io.sonia.evaos.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.evaos.ServiceState;
import io.sonia.evaos.supervision.ServiceLife.Event;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ServiceLifeTest {

    /** Every edge there is; what is not here changes nothing. */
    private static final String EDGES = """
            UNKNOWN START STARTING
            UNKNOWN STOP STOPPED
            STOPPED START STARTING
            STARTING PROVEN HEALTHY
            STARTING NOT_READY UNREACHABLE
            STARTING EXITED UNREACHABLE
            STARTING SPAWN_FAILED UNREACHABLE
            STARTING MISCONFIGURED EXHAUSTED
            STARTING STOP STOPPED
            HEALTHY FAILED_PROBE DEGRADED
            HEALTHY EXITED UNREACHABLE
            HEALTHY MISCONFIGURED EXHAUSTED
            HEALTHY STOP STOPPED
            DEGRADED GOOD_PROBE HEALTHY
            DEGRADED LOST UNREACHABLE
            DEGRADED EXITED UNREACHABLE
            DEGRADED MISCONFIGURED EXHAUSTED
            DEGRADED STOP STOPPED
            UNREACHABLE GOOD_PROBE RECOVERING
            UNREACHABLE RESTART RESTARTING
            UNREACHABLE BUDGET_SPENT EXHAUSTED
            UNREACHABLE MISCONFIGURED EXHAUSTED
            UNREACHABLE STOP STOPPED
            RESTARTING SPAWNED RECOVERING
            RESTARTING SPAWN_FAILED UNREACHABLE
            RESTARTING STOP STOPPED
            RECOVERING PROVEN HEALTHY
            RECOVERING NOT_READY UNREACHABLE
            RECOVERING LOST UNREACHABLE
            RECOVERING EXITED UNREACHABLE
            RECOVERING MISCONFIGURED EXHAUSTED
            RECOVERING STOP STOPPED
            EXHAUSTED COOLED_DOWN UNREACHABLE
            EXHAUSTED BUDGET_RESET UNREACHABLE
            EXHAUSTED STOP STOPPED
            """;

    @Test
    void everyPairOfStateAndEventIsDecided() {
        Map<String, String> expected = new TreeMap<>();
        EDGES.lines().map(line -> line.split(" ")).forEach(edge -> expected.put(edge[0] + " " + edge[1], edge[2]));
        Map<String, String> found = new TreeMap<>();
        for (ServiceState state : ServiceState.values()) {
            for (Event event : Event.values()) {
                ServiceLife.TABLE.next(state, event).ifPresent(to -> found.put(state + " " + event, to.name()));
            }
        }
        assertThat(found).isEqualTo(expected);
    }

    @Test
    void pairWithoutEdgeIsRefusedWithWhatWouldBeAllowed() {
        assertThatThrownBy(() -> ServiceLife.TABLE.require(ServiceState.EXHAUSTED, Event.START))
                .isInstanceOfSatisfying(SoniaException.class, refusal -> {
                    assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_STATE);
                    assertThat(refusal.details()).containsEntry("state", "exhausted");
                    assertThat(refusal.details())
                            .containsEntry("allowed", List.of("cooled_down", "budget_reset", "stop"));
                });
    }

    @Test
    void edgesHaveTheNamesOfTheirEvents() {
        assertThat(ServiceLife.auditName(ServiceState.RECOVERING, Event.PROVEN, ServiceState.HEALTHY))
                .isEqualTo("supervision.service.recovered");
        assertThat(ServiceLife.auditName(ServiceState.STARTING, Event.PROVEN, ServiceState.HEALTHY))
                .isEqualTo("supervision.service.healthy");
        assertThat(ServiceLife.auditName(ServiceState.RESTARTING, Event.SPAWNED, ServiceState.RECOVERING))
                .isEqualTo("supervision.service.restarted");
        assertThat(ServiceLife.auditName(ServiceState.RESTARTING, Event.SPAWN_FAILED, ServiceState.UNREACHABLE))
                .isEqualTo("supervision.restart.failed");
        assertThat(ServiceLife.auditName(ServiceState.UNREACHABLE, Event.BUDGET_SPENT, ServiceState.EXHAUSTED))
                .isEqualTo("supervision.restart.exhausted");
    }
}
