package io.sonia.evaos.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.evaos.MaintenanceChange;
import io.sonia.contracts.evaos.ServiceState;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.ServiceName;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Nothing is restarted while somebody works on the house; and a budget that somebody gives back. */
class MaintenanceTest extends SupervisedServices {

    @Test
    void nothingIsRestartedWhileItIsOnAndEverythingIsLookedAt() {
        healthy();
        maintenance(true, null);
        process(MEMORY).exits(137);
        sick.add(ServiceName.OPENCLAW);
        for (int i = 0; i < 40; i++) {
            turn(Duration.ofSeconds(15));
        }
        assertThat(states(MEMORY, ServiceName.OPENCLAW)).containsOnly(ServiceState.UNREACHABLE);
        assertThat(launcher.started).hasSize(ServiceName.values().length - 1);

        maintenance(false, null);
        turn(Duration.ZERO);
        assertThat(state(MEMORY)).isEqualTo(ServiceState.RESTARTING);
        assertThat(record(MEMORY).budget().attemptCount()).isEqualTo(1);
    }

    @Test
    void itOutlivesTheSupervisorAndEndsByItself() {
        healthy();
        maintenance(true, 600);
        launcher = new FakeLauncher();
        supervision = supervision(Samples.plans(folder));
        healthy();
        assertThat(supervision.health().maintenanceMode()).isTrue();
        process(MEMORY).exits(137);
        turn(Duration.ofSeconds(590));
        supervision.tick();
        assertThat(state(MEMORY)).isEqualTo(ServiceState.UNREACHABLE);
        assertThat(toggles()).isEqualTo(1);

        turn(Duration.ofSeconds(10));
        supervision.tick();
        assertThat(supervision.health().maintenanceMode()).isFalse();
        assertThat(toggles()).isEqualTo(2);
        turn(Duration.ZERO);
        assertThat(state(MEMORY)).isEqualTo(ServiceState.RESTARTING);
        supervision.tick();
        assertThat(toggles()).isEqualTo(2);
    }

    @Test
    void aServiceThatWasGivenUpIsTriedAgainAfterAReset() {
        healthy();
        crashUntil(ServiceState.EXHAUSTED);
        supervision.resetBudget("memory-engine", order());
        assertThat(state(MEMORY)).isEqualTo(ServiceState.UNREACHABLE);
        assertThat(budgetColumn("attempt_count")).isEqualTo("0");
        assertThat(column("cooldown_seconds", MEMORY)).isEqualTo("0");
        turn(Duration.ZERO);
        assertThat(state(MEMORY)).isEqualTo(ServiceState.RESTARTING);

        process(ServiceName.OPENCLAW).exits(78);
        turn(Duration.ZERO);
        assertThat(state(ServiceName.OPENCLAW)).isEqualTo(ServiceState.EXHAUSTED);
        supervision.resetBudget("openclaw", order());
        turn(Duration.ZERO);
        assertThat(state(ServiceName.OPENCLAW)).isEqualTo(ServiceState.RESTARTING);
    }

    @Test
    void aDamagedBudgetIsMendedByAReset() {
        healthy();
        process(MEMORY).exits(70);
        turn(Duration.ZERO);
        turn(Duration.ofSeconds(10));
        settle();
        sql("UPDATE restart_budgets SET attempt_count = -1");
        launcher = new FakeLauncher();
        supervision = supervision(Samples.plans(folder));
        healthy();
        assertThat(supervision.budgets().degraded()).isTrue();
        supervision.resetBudget("memory-engine", order());
        assertThat(supervision.budgets().degraded()).isFalse();
        assertThat(budgetColumn("attempt_count")).isEqualTo("0");
        assertThat(state(MEMORY)).isEqualTo(ServiceState.HEALTHY);
    }

    private void maintenance(boolean enabled, @Nullable Integer seconds) {
        supervision.maintenance(new MaintenanceChange(enabled, "because", seconds), order());
    }

    private static Order order() {
        AuditEvent.Origin origin =
                new AuditEvent.Origin("usr_1", "operator", "person", null, null, "req_1", null, null);
        return new Order(AuditEvent.of("sup.test", origin), origin, null, "because");
    }

    private long toggles() {
        return journal.read(sql ->
                sql.number("SELECT count(*) FROM audit_entries WHERE operation = 'supervision.maintenance.toggled'"));
    }
}
