package io.sonia.gates.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A little of each part; no number but zero is good for what was accepted. */
class BoundaryDrillIT {

    @TempDir
    Path folder;

    @Test
    void noVariantOfAKeyIsAccepted() throws Exception {
        Drilled drill = Drilled.run(folder, "boundary", "--tokens=20000").held();

        assertThat(drill.cases(0)).isEqualTo(20_000);
        assertThat(drill.counts(0))
                .containsOnlyKeys(Arrays.stream(KeyVariants.Change.values())
                        .map(each -> each.name().toLowerCase(Locale.ROOT))
                        .toList());
    }

    @Test
    void noVariantIsAcceptedOverHttpAndValidKeysAre() throws Exception {
        Drilled drill = Drilled.run(folder, "boundary", "--requests=1000").held();

        assertThat(drill.cases(0)).isEqualTo(1_000);
        assertThat(drill.counts(0)).containsEntry("valid keys between", 20L).containsKey("answered 401");
    }

    @Test
    void keysAreGoodForTheirWindowAndNoLonger() throws Exception {
        Drilled drill = Drilled.run(folder, "boundary", "--seconds=8").held();

        assertThat(drill.counts(0)).containsKeys("inside the window", "a second after the end, or later", "rotations");
    }

    @Test
    void noSwappedLinkLeadsOutside() throws Exception {
        Drilled drill = Drilled.run(folder, "boundary", "--symlinks=1200").held();

        assertThat(drill.cases(0)).isEqualTo(1200);
        assertThat(drill.counts(0)).containsKeys("OK", "SYMLINK_DENIED", "PATH_OUTSIDE_SANDBOX", "swaps");
    }

    @Test
    void noRouteBreaksWhateverItIsAsked() throws Exception {
        Drilled drill = Drilled.run(folder, "boundary", "--fuzz=3000").held();

        assertThat(drill.cases(0)).isEqualTo(3_000);
        assertThat(drill.counts(0)).containsKeys("answered 200", "answered 400", "answered 401", "answered 403");
        assertThat((Long) drill.counts(0).get("bodies known by their schemas")).isGreaterThan(20L);
    }
}
