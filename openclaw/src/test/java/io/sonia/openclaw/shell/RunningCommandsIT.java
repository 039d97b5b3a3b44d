package io.sonia.openclaw.shell;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.Clock;
import io.sonia.kernel.process.Child;
import io.sonia.kernel.process.Command;
import io.sonia.kernel.process.PidRecord;
import io.sonia.kernel.process.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunningCommandsIT {

    @TempDir
    private Path home;

    private final Processes processes = new Processes(Clock.system());
    private Child child;
    private Path folder;

    @BeforeEach
    void start() throws IOException {
        folder = home.resolve("state/commands");
        child = processes.spawn(new Command(List.of("/usr/bin/sleep", "600"), Map.of(), home, null));
        assertThat(new RunningCommands(folder, processes).endLeftOver()).isZero();
    }

    @AfterEach
    void end() {
        processes.end(child, Duration.ZERO);
    }

    @Test
    void nextLifeEndsWhatIsLeftRunning() throws Exception {
        new RunningCommands(folder, processes).enter(child);

        assertThat(new RunningCommands(folder, processes).endLeftOver()).isEqualTo(1);
        child.exit().get(10, TimeUnit.SECONDS);
        assertThat(files()).isEmpty();
    }

    @Test
    void commandThatHasEndedLeavesNoRecord() throws IOException {
        RunningCommands running = new RunningCommands(folder, processes);
        try (RunningCommands.Entry _ = running.enter(child)) {
            assertThat(files()).hasSize(1);
        }
        assertThat(files()).isEmpty();
        assertThat(running.endLeftOver()).isZero();
        assertThat(processes.alive(child.record())).isTrue();
    }

    @Test
    void strangerWithTheSameNumberIsLeftAlone() throws IOException {
        PidRecord mine = child.record();
        new PidRecord(mine.pid(), mine.startTicks() + 1, mine.bootId()).write(folder.resolve("1.pid"));
        Files.writeString(folder.resolve("2.pid"), "{half of a rec");

        assertThat(new RunningCommands(folder, processes).endLeftOver()).isZero();
        assertThat(processes.alive(mine)).isTrue();
        assertThat(files()).isEmpty();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.toList();
        }
    }
}
