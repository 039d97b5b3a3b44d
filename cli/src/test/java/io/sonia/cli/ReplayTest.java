package io.sonia.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.Installation;
import io.sonia.contracts.evaos.Verdict;
import io.sonia.contracts.gateway.TurnReplayed;
import io.sonia.contracts.gateway.TurnReplayed.Decision;
import io.sonia.contracts.gateway.TurnReplayed.Difference;
import io.sonia.contracts.gateway.TurnReplayed.Finding;
import io.sonia.contracts.policy.PolicySet;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayTest {

    @TempDir
    Path folder;

    @Test
    void aDifferenceShowsBothSides() {
        Finding then = new Finding(Verdict.ALLOW, "reads", "pol_1", "executed", null, List.of());
        Finding now = new Finding(Verdict.DENY, "never", "pol_2", "blocked", null, List.of());
        Finding recall = new Finding(null, null, null, "ok", null, List.of());

        List<String> lines = Replay.lines(
                new TurnReplayed(
                        "rpl_1",
                        "turn_1",
                        "req_1",
                        2,
                        "c".repeat(64),
                        false,
                        List.of(new Difference(3, then, now)),
                        List.of(
                                new Decision(1, "recalled", null, recall, recall),
                                new Decision(3, "tool", "file.list", then, now))),
                Captured.terminal().screen());

        assertThat(lines.getFirst()).contains("turn_1", "req_1", "replay 2", "1 of 2 steps come out otherwise");
        assertThat(lines.get(2)).contains("file.list", "recorded  allow by reads (pol_1): executed");
        assertThat(lines.get(3)).contains("replayed  deny by never (pol_2): blocked");
    }

    @Test
    void policyFilesAreKnownByNameOrByWhatIsInThem() throws IOException {
        Home home = new Home(folder.resolve("home"));
        Installation.ensure(home, new Ids(new SecureRandom()));

        assertThat(PolicyTexts.read(home.policies())).containsOnlyKeys(PolicySet.FILES);
        for (String name : PolicySet.FILES) {
            Path named = home.policies().resolve(name);
            assertThat(PolicyTexts.read(named)).containsOnlyKeys(name);
            if (!name.equals("network_allowlist.json")) {
                Path other = Files.copy(named, folder.resolve("new.json"));
                assertThat(PolicyTexts.read(other)).containsOnlyKeys(name);
                Files.delete(other);
            }
        }
    }

    @Test
    void whatIsNoPolicyFileIsRefused() throws IOException {
        for (String text : List.of("{", "{}", "[1]")) {
            Path file = Files.writeString(folder.resolve("new.json"), text);
            assertThatThrownBy(() -> PolicyTexts.read(file))
                    .isInstanceOfSatisfying(
                            Failure.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE.code()));
        }
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertThatThrownBy(() -> PolicyTexts.read(empty)).isInstanceOf(Failure.class);
    }
}
