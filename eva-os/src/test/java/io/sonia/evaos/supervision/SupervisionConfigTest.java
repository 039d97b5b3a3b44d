package io.sonia.evaos.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sonia.kernel.Clock;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SupervisionConfigTest {

    @TempDir
    Path folder;

    @Test
    void defaultsAreThoseOfTheContract() {
        assertThat(Samples.CONFIG)
                .isEqualTo(new SupervisionConfig(
                        15, 5, 1, 3, 2, 60, 3, 300, List.of(2, 4, 8), 24, 86400, 300, 3600, 600, 7));
    }

    @Test
    void limiterThatCouldNeverTripIsRefused() throws IOException {
        assertThat(problems("{\"backoff_seconds\":[15],\"restarts\":5,\"restart_window_seconds\":10}"))
                .singleElement()
                .asString()
                .contains("75 s", "restart_window_seconds=10");
        assertThat(problems("{\"backoff_seconds\":[2,100],\"restarts\":3}"))
                .singleElement()
                .asString()
                .contains("300 s");
        assertThat(problems("{\"backoff_seconds\":[2,99],\"restarts\":3}")).isEmpty();
    }

    @Test
    void settingsThatContradictEachOtherAreRefusedTogether() throws IOException {
        assertThat(problems("{\"degraded_after\":3,\"unreachable_after\":3,\"cooldown_seconds\":5000}"))
                .hasSize(2);
        assertThat(problems("{\"backoff_seconds\":[]}")).hasSize(1);
    }

    @Test
    void aSustainedBudgetThatCouldNeverCountIsRefused() throws IOException {
        assertThat(problems("{\"restarts\":30}"))
                .singleElement()
                .asString()
                .contains("restarts=30", "sustained_restarts=24");
        assertThat(problems("{\"sustained_window_seconds\":299}"))
                .singleElement()
                .asString()
                .contains("sustained_window_seconds=299");
    }

    private List<?> problems(String section) throws IOException {
        Path file = Files.writeString(folder.resolve("config.json"), "{\"eva_os\":" + section + "}");
        SoniaException refused = catchThrowableOfType(
                SoniaException.class,
                () -> Settings.load(file, Map.of(), List.of(SupervisionConfig.SECTION), Clock.system()));
        return refused == null ? List.of() : (List<?>) refused.details().get("problems");
    }
}
