package io.sonia.gates.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The smallest crash drill that kills each kind of victim, the stack as a whole among them. */
class CrashDrillIT {

    @TempDir
    Path folder;

    @Test
    void killedServicesLoseNothingAndDoNothingTwice() throws Exception {
        Drilled drill = Drilled.run(folder, "crash", "--cases=5", "--seed=64").held();

        assertThat(drill.cases(0)).isEqualTo(5);
        assertThat(drill.counts(0)).containsKeys("kills of eva-os", "kills of all", "repeated", "effects in files");
    }

    @Test
    void eachSystemCallThatFailsEndsInAWholeStoreOrANamedRefusal() throws Exception {
        Drilled drill = Drilled.run(folder, "crash", "--syscalls", "--cases=24", "--seed=3")
                .held();

        assertThat(drill.cases(0)).isGreaterThan(15);
        assertThat(drill.counts(0)).containsKeys("killed", "refused by name", "acknowledgements after a sync");
    }
}
