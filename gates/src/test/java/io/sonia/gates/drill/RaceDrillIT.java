package io.sonia.gates.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A few rounds of each race. */
class RaceDrillIT {

    @TempDir
    Path folder;

    @Test
    void identicalRequestsHaveOneEffectAndDecisionsOneWinner() throws Exception {
        Drilled drill =
                Drilled.run(folder, "races", "--rounds=40", "--races=528").held();

        assertThat(drill.cases(0)).isEqualTo(40);
        assertThat(drill.counts(0)).containsEntry("effects", 40L);
        assertThat(drill.cases(1)).isEqualTo(528);
        assertThat(drill.counts(1))
                .containsEntry("histories checked", 528L)
                .containsKeys(
                        "uses", "stale uses refused", "races met by a kill", "restarts between question and decision");
    }
}
