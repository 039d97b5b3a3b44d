package io.sonia.evaos.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.evaos.HealthAll;
import io.sonia.contracts.evaos.ServiceRecord;
import io.sonia.contracts.evaos.ServiceStarted;
import io.sonia.contracts.evaos.ServiceState;
import io.sonia.contracts.evaos.ServiceStopped;
import io.sonia.evaos.supervision.FakeLauncher.FakeProcess;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.IdempotencyKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Start, probes, orders and end of the supervised services. */
class SupervisionTest extends SupervisedServices {

    @Test
    void allServicesStartAtOnceAndBecomeHealthyAfterTwoGoodProbes() {
        supervision.begin();
        assertThat(launcher.started).hasSize(6);
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
        assertThat(seen.services()).hasSize(7);
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
        assertThat(launcher.started).hasSize(6);
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

    private Order order(String key) {
        AuditEvent.Origin origin =
                new AuditEvent.Origin("usr_1", "operator", "person", null, null, "req_1", null, null);
        AuditEvent event = AuditEvent.of("sup.test", origin).about("service", "memory-engine");
        return new Order(event, origin, key(key), "because");
    }

    private static IdempotencyKey key(String key) {
        return new IdempotencyKey("usr_1", "POST /v1/supervision", key, "fingerprint", "own");
    }

    private static void assertRefused(Runnable work, ErrorCode code) {
        assertThatThrownBy(work::run)
                .isInstanceOfSatisfying(
                        SoniaException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(code));
    }
}
