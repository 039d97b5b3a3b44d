package io.sonia.gates.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each kind of blow once. */
class FlapDrillIT {

    @TempDir
    Path folder;

    @Test
    void whatIsKilledStoppedOrMadeADaemonIsBackOnceAndLeavesNothing() throws Exception {
        Drilled drill = Drilled.run(folder, "flap", "--kills=6", "--seed=7", "--no-budget")
                .held();

        assertThat(drill.cases(0)).isEqualTo(6);
        assertThat(drill.counts(0))
                .containsEntry("blows felt", 6L)
                .containsKeys("kill", "term", "pause", "stop", "daemon", "supervisor", "second supervisors refused");
    }

    @Test
    void noLifeOfTheSupervisorGivesAFreshBudget() throws Exception {
        Drilled drill = Drilled.run(folder, "flap", "--kills=0").held();

        assertThat(drill.counts(0))
                .containsEntry("restarts on record", 2L)
                .containsEntry("kills of the supervisor", 2L)
                .containsEntry("kills of the service", 3L);
    }
}
