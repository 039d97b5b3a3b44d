package io.sonia.openclaw.shell;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.openclaw.sandbox.TestHouse;
import io.sonia.openclaw.tools.PreparedCall;
import io.sonia.openclaw.tools.Ran;
import io.sonia.openclaw.tools.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The same programs as {@code auto} runs them on this host, and what they can reach: nothing outside in bubblewrap, and
 * without it as much as the statement says.
 */
class IsolatedShellRunIT extends ShellRunIT {

    @Override
    Isolation isolation() {
        return Isolation.of(Isolation.Mode.AUTO, house.sandbox, processes);
    }

    /** What a script prints; everything it may fail at is its own business. */
    private String says(String script) throws IOException {
        Ran ran = Tools.prepared(shell(), Map.of("argv", List.of("sh", "-c", script)))
                .run(house.run());
        return ((ShellRun.Result) ran.result()).stdout().strip();
    }

    @Test
    void theStatementSaysWhatIsInForce() {
        Map<String, Object> detail = isolation().detail();
        assertThat(detail.get("mode")).isEqualTo("auto");
        assertThat(detail.get("in_force")).isEqualTo(isolation().inForce() ? "bubblewrap" : "session");
        assertThat(isolation().unavailableReason()).isEmpty();
    }

    @Test
    void aCommandReadsNothingOutsideOfTheRootItNames() throws IOException {
        String secret = "cat %s/secret.txt %s/secrets/root.key 2>&1 | grep -o '%s' | wc -l"
                .formatted(house.outside, house.home, TestHouse.SECRET);
        assertThat(says(secret)).isEqualTo(isolation().inForce() ? "0" : "2");
        String data = "cat %s/readme.txt; true".formatted(house.data);
        assertThat(says(data)).isEqualTo(isolation().inForce() ? "" : "public data");
    }

    @Test
    void aLinkThatTookTheCheckedPlaceLeadsNowhere() throws IOException {
        PreparedCall call = Tools.prepared(shell(), "{'argv':['cat','docs/a.txt']}");
        call.inspect();
        Files.delete(house.workspace.resolve("docs/a.txt"));
        Files.createSymbolicLink(house.workspace.resolve("docs/a.txt"), house.outside.resolve("secret.txt"));
        String read = ((ShellRun.Result) call.run(house.run()).result()).stdout();
        assertThat(read).isEqualTo(isolation().inForce() ? "" : TestHouse.SECRET);
    }

    @Test
    void aCommandWritesInTheWritableRootOnly() throws IOException {
        String script =
                "for at in %s %s /usr /etc /var /tmp /dev/shm; do touch $at/written-4716 2>/dev/null && echo $at; done; true"
                        .formatted(house.workspace, house.data);
        try {
            String written = says(script);
            assertThat(written.lines()).contains(house.workspace.toString());
            assertThat(house.workspace.resolve("written-4716")).exists();
            if (isolation().inForce()) {
                assertThat(written).isEqualTo(house.workspace.toString());
            }
        } finally {
            for (String at : List.of("/usr", "/etc", "/var", "/tmp", "/dev/shm")) {
                Files.deleteIfExists(Path.of(at, "written-4716"));
            }
        }
    }

    @Test
    void aProgramThatOnlyReadsSeesItsRootReadOnly() throws IOException {
        CommandCheck.Allowed sort = new CommandCheck(house.sandbox, List.of("sort"))
                .check(List.of("sort", "notes.txt"), house.sandbox.start());
        String root = house.workspace.toString();
        List<String> started = isolation().around(sort, house.workspace, sort.argv());
        if (isolation().inForce()) {
            assertThat(String.join(" ", started))
                    .contains("--ro-bind " + root + " " + root)
                    .doesNotContain(" --bind ");
        } else {
            assertThat(started).isEqualTo(sort.argv());
        }
    }

    @Test
    void aCommandHasNoNetwork() throws IOException {
        String interfaces = says("grep -c : /proc/net/dev");
        try (Stream<String> ours = Files.lines(Path.of("/proc/net/dev"))) {
            long own = ours.filter(line -> line.contains(":")).count();
            assertThat(Long.parseLong(interfaces)).isEqualTo(isolation().inForce() ? 1 : own);
        }
    }

    @Test
    void aCommandSeesNoProcessButItsOwn() throws IOException {
        long own = ProcessHandle.current().pid();
        String seen = says("grep -l java /proc/[0-9]*/comm 2>/dev/null; true");
        if (isolation().inForce()) {
            assertThat(seen).isEmpty();
        } else {
            assertThat(seen).contains("/proc/" + own + "/comm");
        }
    }

    @Test
    void whoLeavesTheSessionIsCountedAndEnded() throws IOException {
        ShellRun shell = shell(new ShellLimits(30, 512L << 20, 8));
        String script = "i=0; while [ $i -lt 20 ]; do setsid sleep %s & i=$((i+1)); done; wait".formatted(own("4717"));
        Ran many = failing(shell, "{'argv':['sh','-c','%s']}".formatted(script), house.run(Duration.ofSeconds(20)));
        assertThat(many.failure().details()).containsEntry("reason", "processes");
        if (isolation().inForce()) {
            assertThat(processesOf(own("4717"))).isZero();
        } else {
            ProcessHandle.allProcesses()
                    .filter(each -> each.info().commandLine().orElse("").endsWith("sleep " + own("4717")))
                    .forEach(ProcessHandle::destroyForcibly);
        }
    }
}
