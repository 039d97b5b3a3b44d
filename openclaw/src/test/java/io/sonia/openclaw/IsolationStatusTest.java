package io.sonia.openclaw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.process.Processes;
import io.sonia.openclaw.sandbox.TestHouse;
import io.sonia.openclaw.shell.CommandCheck;
import io.sonia.openclaw.shell.Isolation;
import io.sonia.openclaw.shell.RunningCommands;
import io.sonia.openclaw.shell.ShellLimits;
import io.sonia.openclaw.shell.ShellRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What callers hear of the isolation in force. */
class IsolationStatusTest {

    @TempDir
    private Path folder;

    @Test
    void theStatusOfTheServiceStatesIt() throws IOException {
        try (Workshop shop = new Workshop(folder, 1, 1, "none")) {
            assertThat(shop.detail().get("isolation"))
                    .isEqualTo(Isolation.of(Isolation.Mode.OFF, Optional.empty(), null, null)
                            .detail());
        }
    }

    @Test
    void whereItIsRequiredAndMissingTheToolIsUnavailable() throws IOException {
        TestHouse house = new TestHouse(folder);
        Processes processes = new Processes(Clock.system());
        Toolbox toolbox = new Toolbox(List.of(new ShellRun(
                house.sandbox,
                new CommandCheck(house.sandbox, List.of("ls")),
                new ShellLimits(30, 512L << 20, 64),
                Isolation.of(Isolation.Mode.REQUIRED, Optional.empty(), house.sandbox, processes),
                new ShellRun.Started(
                        processes, new RunningCommands(folder.resolve("commands"), processes), Clock.system()))));
        assertThatThrownBy(() -> toolbox.require("shell.run")).isInstanceOfSatisfying(SoniaException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.TOOL_UNAVAILABLE);
            assertThat(e.details().get("unavailable_reason").toString()).contains("install the package bubblewrap");
        });
        assertThat(toolbox.card("shell.run").available()).isFalse();
    }
}
