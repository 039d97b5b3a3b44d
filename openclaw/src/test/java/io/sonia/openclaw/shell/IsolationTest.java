package io.sonia.openclaw.shell;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.Clock;
import io.sonia.kernel.process.Processes;
import io.sonia.openclaw.sandbox.TestHouse;
import java.io.IOException;
import java.nio.file.Path;
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
    void whatIsOffIsNotLookedFor() {
        assertThat(isolation(Isolation.Mode.OFF, CommandCheck.find("true")).inForce())
                .isFalse();
        assertThat(isolation(Isolation.Mode.AUTO, CommandCheck.find("true")).inForce())
                .isTrue();
    }
}
