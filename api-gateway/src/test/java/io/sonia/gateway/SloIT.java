package io.sonia.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.gateway.SloStatus;
import io.sonia.contracts.memory.SearchRequest;
import io.sonia.contracts.memory.StoreRequest;
import io.sonia.kernel.SloMode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Operation;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Degraded mode from outside: entered, shed, kept over a restart, left; thresholds change while the gateway runs. */
class SloIT extends GatewayCase {

    /** So long that none is over by itself during its turns, and so short that no key grows old over ten of them. */
    private static final int WINDOW_SECONDS = 25;

    /** However slow the machine is. */
    private static final Map<String, ?> LENIENT = thresholds(600_000);

    /** No turn is that fast. */
    private static final Map<String, ?> STRICT = thresholds(1);

    private static Map<String, ?> thresholds(int totalMs) {
        Map<String, Integer> lenient = Map.of("p95_ms", 600_000, "p99_ms", 600_000);
        return Map.of(
                "window_seconds",
                WINDOW_SECONDS,
                "thresholds",
                Map.of(
                        "memory_read", lenient,
                        "memory_write", lenient,
                        "model", lenient,
                        "tool", lenient,
                        "total", Map.of("p95_ms", totalMs, "p99_ms", totalMs)));
    }

    private SloStatus status() {
        return house.gateway.ask(Operation.SLO_STATUS).send(SloStatus.class);
    }

    private void window(int turns) {
        for (int i = 0; i < turns; i++) {
            house.gateway.turn("hello");
        }
        house.clock.forward(Duration.ofSeconds(WINDOW_SECONDS));
        house.gateway.judge();
    }

    private void degrade() throws IOException {
        house.configure("slo", STRICT);
        window(5);
        window(5);
        assertThat(status().currentMode()).isEqualTo(SloMode.NORMAL);
        window(5);
    }

    @Test
    void slowWindowsEnterDegradedModeAndHealthyOnesLeaveIt() throws IOException {
        degrade();
        SloStatus degraded = status();
        assertThat(degraded.currentMode()).isEqualTo(SloMode.DEGRADED);
        assertThat(degraded.clearToRecover()).isFalse();
        assertThat(degraded.consecutiveBreach()).isEqualTo(3);
        assertThat(degraded.degradeReason()).startsWith("total p95");
        assertThat(degraded.breachHistory()).hasSize(3).first().satisfies(breach -> {
            assertThat(breach.consecutive()).isEqualTo(3);
            assertThat(breach.violations())
                    .isNotEmpty()
                    .allSatisfy(each -> assertThat(each.actualMs()).isGreaterThan(each.thresholdMs()));
        });
        assertThat(degraded.window().stages()).containsKeys("total", "model", "memory_read");
        assertThat(house.gateway.audited("slo.degrade.entered")).containsExactly("api-gateway");
        window(0);
        assertThat(status().currentMode()).isEqualTo(SloMode.RECOVERING);
        for (int i = 0; i < 4; i++) {
            assertThat(house.gateway.audited("slo.degrade.exited")).isEmpty();
            window(0);
        }
        SloStatus normal = status();
        assertThat(normal.currentMode()).isEqualTo(SloMode.NORMAL);
        assertThat(normal.timeInDegrade()).isZero();
        assertThat(house.gateway.audited("slo.degrade.exited")).containsExactly("api-gateway");
    }

    @Test
    void whileDegradedTheToolsThatWereUsedAreNotNotedAndLessIsRecalled() throws IOException {
        behind.modelAsks(Answers.call("call_1", Behind.HARMLESS));
        house.gateway.turn("list the docs");
        assertThat(stored()).contains("tool_event");
        assertThat(recalled()).isEqualTo(8);
        degrade();
        int before = stored().size();
        behind.modelAsks(Answers.call("call_1", Behind.HARMLESS));
        house.gateway.turn("list the docs");
        assertThat(stored().subList(before, stored().size())).containsExactly("turn_raw");
        assertThat(recalled()).isEqualTo(3);
        assertThat(status().shed().memoryWrites()).isEqualTo(1);
        assertThat(status().shed().longRecalls()).isEqualTo(1);
        for (int i = 0; i < 6; i++) {
            window(0);
        }
        behind.modelAsks(Answers.call("call_1", Behind.HARMLESS));
        house.gateway.turn("list the docs");
        assertThat(stored().getLast()).isEqualTo("tool_event");
        assertThat(recalled()).isEqualTo(8);
    }

    private List<String> stored() {
        return behind.inputs(Operation.MEMORY_STORE, StoreRequest.class).stream()
                .map(StoreRequest::type)
                .toList();
    }

    private int recalled() {
        return behind.inputs(Operation.MEMORY_SEARCH, SearchRequest.class)
                .getLast()
                .limit();
    }

    @Test
    void aRestartGoesOnInTheSameMode() throws IOException {
        degrade();
        house.restart();
        SloStatus after = status();
        assertThat(after.currentMode()).isEqualTo(SloMode.DEGRADED);
        assertThat(after.breachHistory()).hasSize(3);
        for (int i = 0; i < 5; i++) {
            window(0);
        }
        assertThat(status().currentMode()).isEqualTo(SloMode.NORMAL);
        assertThat(house.gateway.audited("slo.degrade.exited")).hasSize(1);
    }

    @Test
    void thresholdsApplyAtOnceAndARefusedFileLeavesThem() throws IOException {
        long before = status().configGeneration();
        house.configure("slo", STRICT);
        assertThat(status().configGeneration()).isEqualTo(before + 1);
        for (Map<String, ?> broken : List.of(
                Map.of("window_seconds", 0),
                Map.of("exit_factor", 1),
                Map.of("shed", List.of("background", "background")),
                Map.of("thresholds", Map.of("total", Map.of("p95_ms", 500, "p99_ms", 400))))) {
            assertThatThrownBy(() -> house.configure("slo", broken))
                    .isInstanceOfSatisfying(
                            SoniaException.class,
                            e -> assertThat(e.code().name()).isEqualTo("CONFIG_INVALID"));
        }
        assertThat(status().configGeneration()).isEqualTo(before + 1);
        window(5);
        assertThat(status().consecutiveBreach()).isEqualTo(1);
        house.configure("slo", LENIENT);
        window(5);
        assertThat(status().consecutiveBreach()).isZero();
    }
}
