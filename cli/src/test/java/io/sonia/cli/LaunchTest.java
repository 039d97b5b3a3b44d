package io.sonia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LaunchTest {

    private static final String QUICK_COMPILER_ALONE = "-XX:TieredStopAtLevel=1";

    @TempDir
    Path folder;

    private List<String> argv(boolean throughput) {
        return new Launch(Captured.pipes().place(folder, Map.of()), true, throughput).argv("all");
    }

    @Test
    void bothCompilersWorkForThroughputOnly() {
        assertThat(argv(false)).contains(QUICK_COMPILER_ALONE).endsWith("all");
        assertThat(argv(true)).doesNotContain(QUICK_COMPILER_ALONE).endsWith("all");
    }

    @Test
    void everythingElseIsTheSame() {
        assertThat(argv(false)).containsAll(argv(true));
    }
}
