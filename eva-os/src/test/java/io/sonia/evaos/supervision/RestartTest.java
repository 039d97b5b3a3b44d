package io.sonia.evaos.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.evaos.BudgetList;
import io.sonia.contracts.evaos.ServiceState;
import io.sonia.evaos.supervision.FakeLauncher.FakeProcess;
import io.sonia.kernel.ServiceName;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a service that falls, hangs or never comes up. */
class RestartTest extends SupervisedServices {

    @Test
    void killedServiceIsRestartedAfterItsBackoff() {
        healthy();
        FakeProcess first = process(MEMORY);
        first.exits(137);
        turn(Duration.ZERO);
        assertThat(state(MEMORY)).isEqualTo(ServiceState.RESTARTING);
        assertThat(record(MEMORY).error()).isEqualTo("the process ended: signal 9");
        assertThat(record(MEMORY).budget().attemptCount()).isEqualTo(1);
        turn(Duration.ofMillis(1599));
        assertThat(launcher.of(MEMORY)).hasSize(1);
        turn(Duration.ofMillis(801));
        assertThat(launcher.of(MEMORY)).hasSize(2);
        assertThat(state(MEMORY)).isEqualTo(ServiceState.RECOVERING);
        settle();
        assertThat(state(MEMORY)).isEqualTo(ServiceState.HEALTHY);
        assertThat(edges(MEMORY).subList(2, 6))
                .containsExactly(
                        "supervision.service.unreachable",
                        "supervision.service.restarting",
                        "supervision.service.restarted",
                        "supervision.service.recovered");
        assertThat(column("fence_token", MEMORY)).isEqualTo("2");
        assertThat(metric("sonia_restarts_total{cause=\"signal\",name=\"memory-engine\"} 1.0"))
                .isTrue();
    }

    @Test
    void attemptIsOnRecordBeforeTheProcessIsSpawned() {
        healthy();
        process(MEMORY).exits(70);
        turn(Duration.ZERO);
        assertThat(launcher.of(MEMORY)).hasSize(1);
        assertThat(budgetColumn("attempt_count")).isEqualTo("1");
        assertThat(column("state", MEMORY)).isEqualTo("restarting");
    }

    @Test
    void crashLoopEndsAfterThreeRestartsAndCoolsDownTwiceAsLongEachTime() {
        healthy();
        for (int cooldown : new int[] {300, 600}) {
            crashUntil(ServiceState.EXHAUSTED);
            long until = record(MEMORY).budget().backoffUntilEpochMs();
            assertThat(until - clock.now().toEpochMilli()).isEqualTo(cooldown * 1000L);
            assertThat(record(MEMORY).budget().exhausted()).isTrue();
            turn(Duration.ofSeconds(cooldown - 1));
            assertThat(state(MEMORY)).isEqualTo(ServiceState.EXHAUSTED);
            turn(MOMENT);
            assertThat(state(MEMORY)).isEqualTo(ServiceState.UNREACHABLE);
            turn(Duration.ZERO);
            assertThat(state(MEMORY)).isEqualTo(ServiceState.RESTARTING);
        }
        assertThat(launcher.of(MEMORY)).hasSize(1 + 3 + 3);
        assertThat(states(ServiceName.OPENCLAW)).containsOnly(ServiceState.HEALTHY);
    }

    @Test
    void stableRunForgetsRestartsAndCoolDown() {
        healthy();
        crashUntil(ServiceState.EXHAUSTED);
        turn(Duration.ofMinutes(5));
        turn(Duration.ZERO);
        turn(Duration.ofSeconds(3));
        settle();
        assertThat(state(MEMORY)).isEqualTo(ServiceState.HEALTHY);
        assertThat(column("cooldown_seconds", MEMORY)).isEqualTo("300");
        turn(Duration.ofSeconds(599));
        assertThat(column("cooldown_seconds", MEMORY)).isEqualTo("300");
        turn(Duration.ofSeconds(15));
        assertThat(column("cooldown_seconds", MEMORY)).isEqualTo("0");
        assertThat(budgetColumn("attempt_count")).isEqualTo("0");
        assertThat(edges(MEMORY)).last().isEqualTo("supervision.budget.forgotten");
    }

    @Test
    void misconfiguredServiceIsNeverRestartedByItself() {
        for (int code : new int[] {77, 78}) {
            launcher = new FakeLauncher();
            supervision = supervision(Samples.plans(folder));
            healthy();
            process(MEMORY).exits(code);
            turn(Duration.ZERO);
            assertThat(state(MEMORY)).isEqualTo(ServiceState.EXHAUSTED);
            turn(Duration.ofDays(30));
            assertThat(state(MEMORY)).isEqualTo(ServiceState.EXHAUSTED);
            assertThat(launcher.of(MEMORY)).hasSize(1);
        }
    }

    @Test
    void hungServiceIsDegradedThenEndedAndRestarted() {
        healthy();
        process(MEMORY).stubborn = true;
        sick.add(MEMORY);
        turn(Duration.ofSeconds(15));
        assertThat(state(MEMORY)).isEqualTo(ServiceState.DEGRADED);
        turn(Duration.ofSeconds(15));
        assertThat(state(MEMORY)).isEqualTo(ServiceState.DEGRADED);
        turn(Duration.ofSeconds(15));
        assertThat(state(MEMORY)).isEqualTo(ServiceState.UNREACHABLE);
        assertThat(process(MEMORY).runs()).isTrue();
        turn(Duration.ZERO);
        assertThat(state(MEMORY)).isEqualTo(ServiceState.RESTARTING);
        assertThat(process(MEMORY).runs()).isFalse();
        sick.clear();
        turn(Duration.ofSeconds(3));
        assertThat(launcher.of(MEMORY)).hasSize(2);
    }

    @Test
    void serviceThatIsNotReadyInTimeIsRestarted() {
        sick.add(MEMORY);
        supervision.begin();
        turn(Duration.ofSeconds(59));
        assertThat(state(MEMORY)).isEqualTo(ServiceState.STARTING);
        turn(MOMENT);
        assertThat(state(MEMORY)).isEqualTo(ServiceState.UNREACHABLE);
        turn(Duration.ZERO);
        assertThat(process(MEMORY).runs()).isFalse();
    }

    @Test
    void processThatCannotBeEndedIsNeverDoubled() {
        healthy();
        process(MEMORY).immortal = true;
        sick.add(MEMORY);
        turn(Duration.ofSeconds(15));
        turn(Duration.ofSeconds(15));
        turn(Duration.ofSeconds(15));
        for (int i = 0; i < 20; i++) {
            turn(Duration.ofSeconds(1));
        }
        assertThat(state(MEMORY)).isEqualTo(ServiceState.EXHAUSTED);
        assertThat(launcher.of(MEMORY)).hasSize(1);
        assertThat(edges(MEMORY))
                .filteredOn("supervision.restart.failed"::equals)
                .hasSize(3);
    }

    @Test
    void spawnThatFailsIsTriedAgainWithinTheBudget() {
        launcher.broken = true;
        supervision.begin();
        assertThat(state(MEMORY)).isEqualTo(ServiceState.UNREACHABLE);
        turn(Duration.ZERO);
        assertThat(state(MEMORY)).isEqualTo(ServiceState.RESTARTING);
        launcher.broken = false;
        turn(Duration.ofSeconds(3));
        assertThat(state(MEMORY)).isEqualTo(ServiceState.RECOVERING);
    }

    @Test
    void sustainedBudgetOutlivesStableRunsAndTheSupervisor() {
        healthy();
        for (int i = 0; i < 10; i++) {
            process(MEMORY).exits(137);
            turn(Duration.ZERO);
            turn(Duration.ofSeconds(3));
            settle();
            turn(Duration.ofMinutes(10));
        }
        assertThat(budgetColumn("attempt_count")).isEqualTo("0");
        long until = Long.parseLong(column("sustained_until_ms", MEMORY));
        assertThat(until - clock.now().toEpochMilli())
                .isGreaterThan(Duration.ofHours(8).toMillis());

        launcher = new FakeLauncher();
        supervision = supervision(Samples.plans(folder));
        healthy();
        assertThat(column("sustained_until_ms", MEMORY)).isEqualTo(Long.toString(until));

        clock.jump(Duration.ofDays(-1));
        launcher = new FakeLauncher();
        supervision = supervision(Samples.plans(folder));
        healthy();
        long shift = until - Long.parseLong(column("sustained_until_ms", MEMORY));
        assertThat(Duration.ofMillis(shift)).isBetween(Duration.ofHours(23), Duration.ofDays(1));
    }

    @Test
    void serviceIsNotRestartedBeforeWhatItNeedsIsHealthy() {
        healthy();
        process(MEMORY).exits(137);
        turn(Duration.ZERO);
        process(ServiceName.API_GATEWAY).exits(137);
        turn(Duration.ofSeconds(3));
        assertThat(state(MEMORY)).isEqualTo(ServiceState.RECOVERING);
        assertThat(state(ServiceName.API_GATEWAY)).isEqualTo(ServiceState.UNREACHABLE);
        settle();
        turn(Duration.ZERO);
        assertThat(state(ServiceName.API_GATEWAY)).isEqualTo(ServiceState.RESTARTING);
    }

    @Test
    void budgetOutlivesTheSupervisor() {
        healthy();
        for (int i = 0; i < 2; i++) {
            process(MEMORY).exits(137);
            turn(Duration.ZERO);
            turn(Duration.ofSeconds(10));
            settle();
        }
        assertThat(record(MEMORY).budget().attemptCount()).isEqualTo(2);

        launcher = new FakeLauncher();
        supervision = supervision(Samples.plans(folder));
        healthy();
        assertThat(record(MEMORY).budget().attemptCount()).isEqualTo(2);
        assertThat(column("fence_token", MEMORY)).isEqualTo("4");
        process(MEMORY).exits(137);
        turn(Duration.ZERO);
        turn(Duration.ofSeconds(10));
        settle();
        process(MEMORY).exits(137);
        turn(Duration.ZERO);
        assertThat(state(MEMORY)).isEqualTo(ServiceState.EXHAUSTED);
    }

    @Test
    void exhaustedBudgetGetsOneStartPerLifeOfTheSupervisor() {
        healthy();
        crashUntil(ServiceState.EXHAUSTED);
        launcher = new FakeLauncher();
        supervision = supervision(Samples.plans(folder));
        supervision.begin();
        process(MEMORY).exits(137);
        turn(Duration.ZERO);
        turn(Duration.ZERO);
        assertThat(state(MEMORY)).isEqualTo(ServiceState.EXHAUSTED);
        assertThat(launcher.of(MEMORY)).hasSize(1);
    }

    @Test
    void unreadableBudgetsReadAsExhaustedUntilTheyCanBeRead() {
        sql("ALTER TABLE restart_budgets RENAME TO elsewhere");
        healthy();
        assertThat(supervision.budgets().degraded()).isTrue();
        assertThat(supervision.budgets().budgets()).allMatch(BudgetList.Entry::exhausted);
        assertThat(record(MEMORY).budget().attemptCount()).isEqualTo(999);
        assertThat(record(MEMORY).budget().exhausted()).isTrue();
        process(MEMORY).exits(137);
        turn(Duration.ZERO);
        turn(Duration.ZERO);
        assertThat(state(MEMORY)).isEqualTo(ServiceState.EXHAUSTED);
        turn(Duration.ofHours(2));
        assertThat(launcher.of(MEMORY)).hasSize(1);

        sql("ALTER TABLE elsewhere RENAME TO restart_budgets");
        turn(MOMENT);
        turn(MOMENT);
        assertThat(state(MEMORY)).isEqualTo(ServiceState.RESTARTING);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "attempt_count = -1",
                "attempt_count = 9223372036854775807",
                "window_start_ms = -5",
                "backoff_until_epoch_ms = -1",
                "exhausted = 7"
            })
    void aDamagedBudgetIsUsedUpAndTheOthersAreAsTheyWere(String damage) {
        healthy();
        for (ServiceName each : new ServiceName[] {MEMORY, ServiceName.OPENCLAW}) {
            process(each).exits(70);
            turn(Duration.ZERO);
            turn(Duration.ofSeconds(10));
            settle();
        }
        assertThat(supervision.budgets().degraded()).isFalse();
        BudgetList.Entry other = budget(ServiceName.OPENCLAW);
        sql("UPDATE restart_budgets SET " + damage + " WHERE service_name = 'memory-engine'");

        launcher = new FakeLauncher();
        supervision = supervision(Samples.plans(folder));
        supervision.begin();
        settle();

        assertThat(supervision.budgets().degraded()).isTrue();
        assertThat(budget(MEMORY).exhausted()).isTrue();
        assertThat(budget(MEMORY).attemptCount()).isEqualTo(999);
        assertThat(budget(ServiceName.OPENCLAW)).isEqualTo(other);
        process(MEMORY).exits(70);
        turn(Duration.ZERO);
        turn(Duration.ofHours(2));
        assertThat(state(MEMORY)).isEqualTo(ServiceState.EXHAUSTED);
        assertThat(launcher.of(MEMORY)).hasSize(1);
    }

    @Test
    void usedRestartsAreUsedInTheNextLifeToo() {
        healthy();
        process(MEMORY).exits(70);
        turn(Duration.ZERO);
        turn(Duration.ofSeconds(10));
        settle();
        BudgetList before = supervision.budgets();

        launcher = new FakeLauncher();
        supervision = supervision(Samples.plans(folder));
        supervision.begin();

        assertThat(supervision.budgets()).isEqualTo(before);
        assertThat(budget(MEMORY).attemptCount()).isEqualTo(1);
    }

    private BudgetList.Entry budget(ServiceName service) {
        return supervision.budgets().budgets().stream()
                .filter(each -> each.serviceName().equals(service.wireName()))
                .findFirst()
                .orElseThrow();
    }
}
