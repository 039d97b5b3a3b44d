package io.sonia.gates.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DrillsTest {

    @TempDir
    Path folder;

    @Test
    void aMissingTracerIsNamedWithItsCureAndIsNoSuccess() throws Exception {
        Drilled drill = Drilled.run(folder.toString(), folder, "crash", "--syscalls");

        assertThat(drill.code()).isEqualTo(3);
        assertThat(drill.said()).contains("apt-get install strace");
    }

    @Test
    void unknownWordsAreRefusedWithTheUsage() throws Exception {
        assertThat(Drilled.run(folder, "tea").said()).contains("there is no drill tea", "usage: sonia drill");
        Drilled option = Drilled.run(folder, "races", "--round=1");
        assertThat(option.code()).isEqualTo(2);
        assertThat(option.said()).contains("--round=1", "--rounds");
    }

    @Test
    void aDrillWithoutACaseIsNoSuccess() throws Exception {
        assertThat(Drilled.run(folder, "crash", "--rest", "--cases=0").code()).isEqualTo(1);
    }
}
