package io.sonia.openclaw.shell;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.Clock;
import io.sonia.kernel.process.Processes;
import io.sonia.openclaw.sandbox.TestHouse;
import io.sonia.openclaw.tools.PreparedCall;
import io.sonia.openclaw.tools.Ran;
import io.sonia.openclaw.tools.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is decided on a host without bubblewrap, or with one that does not work. */
class IsolationTest {

    @TempDir
    private Path folder;

    private TestHouse house;

    @BeforeEach
    void build() throws IOException {
        house = new TestHouse(folder);
    }

    private Isolation isolation(Isolation.Mode mode, Optional<Path> program) {
        return Isolation.of(mode, program, house.sandbox, new Processes(Clock.system()));
    }

    @ParameterizedTest
    @EnumSource(
            value = Isolation.Mode.class,
            names = {"AUTO", "OFF"})
    void withoutItCommandsRunAndTheStatementSaysWhatIsMissing(Isolation.Mode mode) {
        Isolation isolation = isolation(mode, Optional.empty());
        assertThat(isolation.unavailableReason()).isEmpty();
        assertThat(isolation.detail()).containsEntry("in_force", "session");
        assertThat(isolation.detail().get("statement").toString()).contains("not cut off from the network");
    }

    @Test
    void whereItIsRequiredNoCommandRunsWithoutIt() {
        Isolation isolation = isolation(Isolation.Mode.REQUIRED, Optional.empty());
        assertThat(isolation.unavailableReason())
                .hasValueSatisfying(reason -> assertThat(reason).contains("install the package bubblewrap"));
        assertThat(isolation.detail()).containsEntry("in_force", "no commands");
    }

    @Test
    void aBubblewrapThatFailsIsNoIsolation() {
        Optional<Path> broken = CommandCheck.find("false");
        assertThat(isolation(Isolation.Mode.AUTO, broken).inForce()).isFalse();
        assertThat(isolation(Isolation.Mode.REQUIRED, broken).unavailableReason())
                .isPresent();
    }

    @Test
    void aCommandWhoseNamespacesCannotBeMadeFailsAndSaysSo() throws IOException {
        Path program = Files.writeString(folder.resolve("bwrap"), """
                #!/bin/sh
                case "$*" in *true) exit 0 ;; esac
                echo "bwrap: no namespaces left" >&2
                exit 1
                """);
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        Processes processes = new Processes(Clock.system());
        RunningCommands running = new RunningCommands(folder.resolve("commands"), processes);
        running.endLeftOver();
        ShellRun shell = new ShellRun(
                house.sandbox,
                new CommandCheck(house.sandbox, List.of("ls")),
                new ShellLimits(30, 512L << 20, 64),
                isolation(Isolation.Mode.AUTO, Optional.of(program)),
                new ShellRun.Started(processes, running, Clock.system()));

        PreparedCall call = Tools.prepared(shell, "{'command':'ls','expected_exit_codes':[0,1]}");
        call.inspect();
        Ran ran = call.run(house.run());

        assertThat(ran.failure()).isNotNull();
        assertThat(ran.failure().details()).containsEntry("reason", "isolation");
        assertThat(call.verify(house.run()).failed()).isTrue();
    }

    @Test
    void whatIsOffIsNotLookedFor() {
        assertThat(isolation(Isolation.Mode.OFF, CommandCheck.find("true")).inForce())
                .isFalse();
        assertThat(isolation(Isolation.Mode.AUTO, CommandCheck.find("true")).inForce())
                .isTrue();
    }
}
