package io.sonia.gates.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A short storm; what depends on the machine's other work is printed and is no failure. */
class StormDrillIT {

    @TempDir
    Path folder;

    @Test
    void decisionsAreHeardNothingAcknowledgedIsLostAndItRecovers() throws Exception {
        Drilled drill = Drilled.run(folder, "storm", "--seconds=4", "--outage=3", "--factors=10")
                .held();

        assertThat(drill.counts(0))
                .containsEntry("acknowledged actions lost", 0L)
                .containsKeys(
                        "10x: goodput, percent of 1x",
                        "10x: p99 of the accepted, percent of 1x",
                        "milliseconds to recover");
        assertThat((Long) drill.counts(0).get("10x: shed")).isPositive();
        assertThat((Long) drill.counts(0).get("acknowledged actions")).isPositive();
    }
}
