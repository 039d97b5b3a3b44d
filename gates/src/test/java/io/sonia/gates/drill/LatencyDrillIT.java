package io.sonia.gates.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole cycle with windows of two seconds. */
class LatencyDrillIT {

    @TempDir
    Path folder;

    @Test
    void aSlowModelDegradesTheStackAndAFastOneLetsItRecover() throws Exception {
        Drilled drill = Drilled.run(folder, "latency", "--window=2").held();

        assertThat(drill.counts(0))
                .containsKeys(
                        "turns OK",
                        "answers that were held back",
                        "ms until degraded",
                        "ms until normal again",
                        "ms until calls are paused",
                        "ms until calls go on");
    }
}
