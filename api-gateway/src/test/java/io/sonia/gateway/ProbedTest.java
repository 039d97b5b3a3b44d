package io.sonia.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.gateway.HealthSummary.Dependency;
import io.sonia.contracts.gateway.HealthSummary.Health;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Degraded after three failures in a row, failed after ten, well after three successes in a row. */
class ProbedTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final Probed probed = new Probed("openclaw", 7040);

    private Health after(int count, String error) {
        for (int i = 0; i < count; i++) {
            probed.probed(NOW, 1.5, error);
        }
        return probed.latest().state();
    }

    @Test
    void itGetsWorseByFailuresInARowAndWellBySuccesses() {
        assertThat(after(2, "UNAVAILABLE")).isEqualTo(Health.HEALTHY);
        assertThat(after(1, null)).isEqualTo(Health.HEALTHY);
        assertThat(after(2, "TIMEOUT")).isEqualTo(Health.HEALTHY);
        assertThat(after(1, "TIMEOUT")).isEqualTo(Health.DEGRADED);
        assertThat(after(6, "TIMEOUT")).isEqualTo(Health.DEGRADED);
        assertThat(after(1, "TIMEOUT")).isEqualTo(Health.FAILED);
        assertThat(after(2, null)).isEqualTo(Health.RECOVERING);
        assertThat(after(1, "TIMEOUT")).isEqualTo(Health.DEGRADED);
        assertThat(after(2, null)).isEqualTo(Health.RECOVERING);
        assertThat(after(1, null)).isEqualTo(Health.HEALTHY);
    }

    @Test
    void itCountsAndKeepsTheNewest() {
        after(2, "TIMEOUT");
        assertThat(probed.latest())
                .isEqualTo(new Dependency("openclaw", 7040, Health.HEALTHY, 2, 0, 2, 2, 1.5, "TIMEOUT", NOW, null));
        after(1, null);
        assertThat(probed.latest().lastError()).isNull();
        assertThat(probed.latest().lastOkTime()).isEqualTo(NOW);
        assertThat(probed.latest().totalChecks()).isEqualTo(3);
        assertThat(probed.latest().totalFailures()).isEqualTo(2);
    }
}
