package io.sonia.gates.drill;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.ServiceName;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A little of each drill on a whole house. */
class HouseDrillsIT {

    private static final long SERVICES = ServiceName.values().length;

    /** In each cycle each service is looked at six times. */
    private static final long LOOKS = 6 * SERVICES;

    @TempDir
    Path folder;

    @Test
    void everyStartServesAndEveryStopLeavesNothing() throws Exception {
        Drilled drill = Drilled.run(folder, "startup", "--cycles=2").held();

        assertThat(drill.cases(0)).isEqualTo(2);
        assertThat(drill.counts(0))
                .containsEntry("looks", 2 * LOOKS)
                .containsEntry("good looks", 2 * LOOKS)
                .containsEntry("tasks found again", 2L);
    }

    @Test
    void whatDoesNotNeedAServiceThatIsAwayWorksOn() throws Exception {
        Drilled drill = Drilled.run(folder, "outage", "--service=openclaw").held();

        assertThat(drill.counts(0))
                .containsEntry("services taken away", 1L)
                .containsEntry("answered UNAVAILABLE", 1L)
                .containsEntry("answered nobody answers", 1L)
                .containsEntry("works", 22L);
    }

    @Test
    void ordinaryTrafficIsAnsweredUnderItsCorrelationIds() throws Exception {
        Drilled drill = Drilled.run(folder, "soak", "--seconds=6", "--rate=5").held();

        assertThat(drill.cases(0)).isEqualTo(20);
        assertThat(drill.counts(0)).containsKeys("chat", "action", "voice").containsEntry("failed requests", 0L);
    }

    @Test
    void aFullDiskRefusesWritesKeepsReadsAndIsWrittenAgain() throws Exception {
        Drilled drill = Drilled.run(folder, "disk-full");

        if (drill.code() == 3) {
            assertThat(drill.said()).contains(HouseDrills.NO_DISK);
        } else {
            assertThat(drill.held().counts(0))
                    .containsEntry("refused with STORAGE_FULL", 2L)
                    .containsEntry("bytes free, to the last byte", 0L);
        }
    }

    @Test
    void aClockThatIsSetForwardsAndBackStopsNothing() throws Exception {
        Drilled drill = Drilled.run(folder, "clock", "--steps=2").held();

        assertThat(drill.counts(0))
                .containsEntry("clocks stepped", 2 * SERVICES)
                .containsEntry("approvals expired", 1L)
                .containsEntry("approvals decided", 1L);
    }

    @Test
    void aLostDiskComesBackFromABackupMadeUnderLoadAndADamagedOneIsRefused() throws Exception {
        Drilled drill = Drilled.run(folder, "restore", "--damages=8").held();

        assertThat(drill.cases(0)).isEqualTo(9);
        assertThat(drill.counts(0)).containsEntry("disks lost", 1L).containsKey("tasks acknowledged");
    }
}
