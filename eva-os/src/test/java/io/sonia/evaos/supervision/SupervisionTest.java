package io.sonia.evaos.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.evaos.HealthAll;
import io.sonia.contracts.evaos.ServiceRecord;
import io.sonia.contracts.evaos.ServiceStarted;
import io.sonia.contracts.evaos.ServiceState;
import io.sonia.contracts.evaos.ServiceStopped;
import io.sonia.evaos.supervision.FakeLauncher.FakeProcess;
import io.sonia.journal.Journal;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.metrics.Metrics;
import io.sonia.testkit.FakeClock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SupervisionTest {

    private static final ServiceName MEMORY = ServiceName.MEMORY_ENGINE;
    private static final Duration MOMENT = Duration.ofSeconds(1);

    @TempDir
    Path folder;

    private final FakeClock clock = new FakeClock();
    private final Set<ServiceName> sick = EnumSet.noneOf(ServiceName.class);
    private FakeLauncher launcher = new FakeLauncher();
    private boolean probeBroken;
    private Metrics metrics;
    private Journal journal;
    private Supervision supervision;

    @BeforeEach
    void start() {
        journal = Samples.journal(folder, clock);
        supervision = supervision(Samples.plans(folder));
    }

    @AfterEach
    void close() {
        journal.close();
    }

    @Test
    void allServicesStartAtOnceAndBecomeHealthyAfterTwoGoodProbes() {
        supervision.begin();
        assertThat(launcher.started).hasSize(5);
        assertThat(states()).containsOnly(ServiceState.STARTING);
        turn(Duration.ofMillis(300));
        assertThat(states()).containsOnly(ServiceState.STARTING);
        turn(Duration.ofMillis(150));
        assertThat(states()).containsOnly(ServiceState.HEALTHY);
        assertThat(record(MEMORY).pid()).isEqualTo(process(MEMORY).record().pid());
        assertThat(edges(MEMORY)).containsExactly("supervision.service.starting", "supervision.service.healthy");
        assertThat(column("state", MEMORY)).isEqualTo("healthy");
        assertThat(column("pid", MEMORY))
                .isEqualTo(String.valueOf(process(MEMORY).record().pid()));
    }

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
    void probeThatFailsByItselfCountsAsAFailedProbe() {
        healthy();
        probeBroken = true;
        turn(Duration.ofSeconds(15));
        assertThat(state(MEMORY)).isEqualTo(ServiceState.DEGRADED);
        assertThat(record(MEMORY).error()).isEqualTo("the probe failed");
    }

    @Test
    void oneGoodProbeMakesADegradedServiceHealthy() {
        healthy();
        sick.add(MEMORY);
        turn(Duration.ofSeconds(15));
        sick.clear();
        turn(Duration.ofSeconds(15));
        assertThat(state(MEMORY)).isEqualTo(ServiceState.HEALTHY);
        assertThat(record(MEMORY).consecutiveFailures()).isZero();
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

    @Test
    void edgeThatCannotBeCommittedDoesNotHappenUntilItCan() {
        healthy();
        sql("CREATE TRIGGER refusal BEFORE UPDATE ON service_state BEGIN SELECT RAISE(ABORT, 'refused'); END");
        process(MEMORY).exits(137);
        turn(Duration.ZERO);
        assertThat(state(MEMORY)).isEqualTo(ServiceState.HEALTHY);
        assertThat(launcher.of(MEMORY)).hasSize(1);
        sql("DROP TRIGGER refusal");
        turn(Duration.ofSeconds(6));
        assertThat(state(MEMORY)).isEqualTo(ServiceState.RESTARTING);
    }

    @Test
    void operatorStopsAndStartsAService() {
        healthy();
        FakeProcess first = process(MEMORY);
        ServiceStopped stopped = supervision.stop("memory-engine", order("k1"), Duration.ofSeconds(5));
        assertThat(stopped).isEqualTo(new ServiceStopped("memory-engine", ServiceState.STOPPED, false));
        assertThat(first.runs()).isFalse();
        turn(Duration.ofHours(1));
        assertThat(state(MEMORY)).isEqualTo(ServiceState.STOPPED);
        assertRefused(
                () -> supervision.stop("memory-engine", order("k2"), Duration.ofSeconds(5)), ErrorCode.INVALID_STATE);

        ServiceStarted started = supervision.start("memory-engine", order("k3"));
        assertThat(started.state()).isEqualTo(ServiceState.STARTING);
        assertThat(started.pid()).isEqualTo(process(MEMORY).record().pid());
        assertRefused(() -> supervision.start("memory-engine", order("k4")), ErrorCode.INVALID_STATE);
        settle();
        assertThat(state(MEMORY)).isEqualTo(ServiceState.HEALTHY);
        assertThat(edges(MEMORY)).contains("supervision.service.stopped", "sup.test");
    }

    @Test
    void answersOfOperatorsAreKeptForARepetition() {
        healthy();
        supervision.restart("memory-engine", order("k1"), false);
        String body = new String(journal.find(key("k1")).orElseThrow().data(), StandardCharsets.UTF_8);
        assertThat(body).contains("\"service\":\"memory-engine\"", "\"state\":\"starting\"");
    }

    @Test
    void restartByHandTakesNothingFromTheBudgetAndEndsARest() {
        healthy();
        supervision.restart("memory-engine", order("k1"), true);
        assertThat(launcher.of(MEMORY)).hasSize(2);
        assertThat(record(MEMORY).budget().attemptCount()).isZero();
        settle();
        crashUntil(ServiceState.EXHAUSTED);
        assertThat(supervision.restart("memory-engine", order("k2"), false).state())
                .isEqualTo(ServiceState.STARTING);
        assertThat(record(MEMORY).budget().exhausted()).isFalse();
        assertThat(budgetColumn("exhausted")).isEqualTo("0");
    }

    @Test
    void servicesThatRunByThemselvesAreOnlyLookedAt() {
        supervision = supervision(List.of());
        supervision.begin();
        turn(MOMENT);
        turn(MOMENT);
        assertThat(launcher.started).isEmpty();
        assertThat(states()).containsOnly(ServiceState.HEALTHY);
        sick.add(MEMORY);
        for (int i = 0; i < 8; i++) {
            turn(Duration.ofSeconds(15));
        }
        assertThat(state(MEMORY)).isEqualTo(ServiceState.UNREACHABLE);
        sick.clear();
        turn(Duration.ofSeconds(15));
        turn(Duration.ofSeconds(15));
        assertThat(state(MEMORY)).isEqualTo(ServiceState.HEALTHY);
        assertRefused(() -> supervision.restart("memory-engine", order("k1"), false), ErrorCode.INVALID_STATE);
        assertRefused(() -> supervision.restart("eva-os", order("k2"), false), ErrorCode.INVALID_STATE);
        assertRefused(() -> supervision.restart("nobody", order("k3"), false), ErrorCode.NOT_FOUND);
    }

    @Test
    void lookAtAllIsNeverCountedAsAProbe() {
        healthy();
        ServiceRecord before = record(MEMORY);
        sick.add(MEMORY);
        HealthAll seen = supervision.health();
        assertThat(seen.overallState()).isEqualTo(ServiceState.HEALTHY);
        assertThat(seen.services()).hasSize(6);
        assertThat(seen.services().get("memory-engine").error()).isEqualTo("sick");
        assertThat(record(MEMORY)).isEqualTo(before);
        process(MEMORY).exits(78);
        turn(Duration.ZERO);
        assertThat(supervision.health().overallState()).isEqualTo(ServiceState.EXHAUSTED);
    }

    @Test
    void everythingEndsWithTheSupervisor() {
        healthy();
        supervision.stopAll();
        assertThat(launcher.started).noneMatch(FakeProcess::runs);
        turn(Duration.ofHours(1));
        assertThat(launcher.started).hasSize(5);
        assertThat(column("state", MEMORY)).isEqualTo("stopped");
    }

    @Test
    void stateIsMeasured() {
        healthy();
        assertThat(metric("sonia_service_state{name=\"memory-engine\",state=\"healthy\"} 1.0"))
                .isTrue();
        assertThat(metric("sonia_service_state{name=\"memory-engine\",state=\"starting\"} 0.0"))
                .isTrue();
        assertThat(metric("sonia_restart_budget_left{name=\"memory-engine\"} 3.0"))
                .isTrue();
    }

    private void healthy() {
        supervision.begin();
        settle();
        assertThat(state(MEMORY)).isEqualTo(ServiceState.HEALTHY);
    }

    /** Time enough for two good probes. */
    private void settle() {
        turn(Duration.ofMillis(300));
        turn(Duration.ofMillis(300));
    }

    private void crashUntil(ServiceState end) {
        for (int i = 0; i < 20 && state(MEMORY) != end; i++) {
            FakeProcess last = launcher.of(MEMORY).getLast();
            last.exits(70);
            turn(Duration.ZERO);
            if (state(MEMORY) == ServiceState.RESTARTING) {
                turn(Duration.ofSeconds(10));
            }
        }
        assertThat(state(MEMORY)).isEqualTo(end);
    }

    private void turn(Duration later) {
        clock.advance(later);
        Stream.of(ServiceName.values()).forEach(each -> supervision.of(each).turn());
    }

    private Supervision supervision(List<ChildPlan> plans) {
        Supervision.Parts parts = Samples.parts(folder, Samples.CONFIG, journal, clock, this::look);
        metrics = parts.metrics();
        return new Supervision(plans, parts, launcher);
    }

    private Look look(ServiceName service) {
        if (probeBroken) {
            throw new IllegalStateException("no probe");
        }
        return sick.contains(service) ? new Look(null, "sick") : new Look(1.0, null);
    }

    private FakeProcess process(ServiceName service) {
        return launcher.of(service).getLast();
    }

    private ServiceRecord record(ServiceName service) {
        return supervision.of(service).record();
    }

    private ServiceState state(ServiceName service) {
        return record(service).state();
    }

    private List<ServiceState> states(ServiceName... services) {
        return (services.length == 0 ? Stream.of(ServiceName.values()) : Stream.of(services))
                .map(this::state)
                .toList();
    }

    private Order order(String key) {
        AuditEvent.Origin origin =
                new AuditEvent.Origin("usr_1", "operator", "person", null, null, "req_1", null, null);
        AuditEvent event = AuditEvent.of("sup.test", origin).about("service", "memory-engine");
        return new Order(event, origin, key(key), "because");
    }

    private static IdempotencyKey key(String key) {
        return new IdempotencyKey("usr_1", "POST /v1/supervision", key, "fingerprint");
    }

    private List<String> edges(ServiceName service) {
        return journal.read(sql -> sql.list(
                "SELECT operation FROM audit_entries WHERE resource_id = ? ORDER BY seq",
                row -> row.text("operation"),
                service.wireName()));
    }

    private String column(String column, ServiceName service) {
        return journal.read(sql -> sql.one(
                        "SELECT " + column + " AS value FROM service_state WHERE name = ?",
                        row -> row.text("value"),
                        service.wireName()))
                .orElseThrow();
    }

    private String budgetColumn(String column) {
        return journal.read(sql -> sql.one(
                        "SELECT " + column + " AS value FROM restart_budgets WHERE service_name = 'memory-engine'",
                        row -> row.text("value")))
                .orElseThrow();
    }

    private void sql(String statement) {
        journal.commit(tx -> tx.sql().update(statement));
    }

    private boolean metric(String line) {
        return new String(metrics.text(), StandardCharsets.UTF_8).contains(line);
    }

    private static void assertRefused(Runnable work, ErrorCode code) {
        assertThatThrownBy(work::run)
                .isInstanceOfSatisfying(
                        SoniaException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(code));
    }
}
