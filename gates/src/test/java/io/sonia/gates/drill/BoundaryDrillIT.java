package io.sonia.gates.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A thousand reads through names that are swapped. */
class BoundaryDrillIT {

    @TempDir
    Path folder;

    @Test
    void noSwappedLinkLeadsOutside() throws Exception {
        Drilled drill = Drilled.run(folder, "boundary", "--symlinks=1200").held();

        assertThat(drill.cases(0)).isEqualTo(1200);
        assertThat(drill.counts(0)).containsKeys("OK", "SYMLINK_DENIED", "PATH_OUTSIDE_SANDBOX", "swaps");
    }
}
