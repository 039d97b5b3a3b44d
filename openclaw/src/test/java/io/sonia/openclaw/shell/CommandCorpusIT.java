package io.sonia.openclaw.shell;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.Clock;
import io.sonia.kernel.json.Shape;
import io.sonia.kernel.process.Command;
import io.sonia.kernel.process.Processes;
import io.sonia.openclaw.Corpus;
import io.sonia.openclaw.OpenClawConfig;
import io.sonia.openclaw.sandbox.TestHouse;
import io.sonia.openclaw.tools.PreparedCall;
import io.sonia.openclaw.tools.Ran;
import io.sonia.openclaw.tools.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every form of command in {@code commands.jsonl}: the exact code; what is allowed is run, without bubblewrap, and neither
 * prints a secret nor changes a file anywhere.
 */
@Timeout(120)
class CommandCorpusIT {

    @TempDir
    private Path folder;

    private TestHouse house;

    private ShellRun shell() throws IOException {
        Processes processes = new Processes(Clock.system());
        RunningCommands running = new RunningCommands(folder.resolve("commands"), processes);
        running.endLeftOver();
        List<String> programs = new ArrayList<>(
                Shape.of(OpenClawConfig.class).read(Map.of()).shell().allowed());
        programs.add("sha256sum");
        return new ShellRun(
                house.sandbox,
                new CommandCheck(house.sandbox, programs),
                new ShellLimits(30, 512L << 20, 64),
                Isolation.of(Isolation.Mode.OFF, house.sandbox, processes),
                new ShellRun.Started(processes, running, Clock.system()));
    }

    private Map<String, String> files() throws IOException {
        Map<String, String> all = new TreeMap<>();
        try (Stream<Path> files = Files.walk(house.home.getParent())) {
            for (Path each : files.toList()) {
                String content = Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS) ? Files.readString(each) : "";
                all.put(each.toString(), content);
            }
        }
        return all;
    }

    @Test
    void everyFormEndsAsItShouldAndLeavesNoTrace() throws IOException {
        house = new TestHouse(Files.createDirectory(folder.resolve("house")));
        Files.createSymbolicLink(house.workspace.resolve("link-file"), house.outside.resolve("secret.txt"));
        Files.createSymbolicLink(house.workspace.resolve("link-dir"), house.outside);
        Files.writeString(house.workspace.resolve("x.db"), TestHouse.SECRET);
        String pipe = house.workspace.resolve("pipe").toString();
        new Processes(Clock.system())
                .spawn(new Command(List.of("/usr/bin/mkfifo", pipe), Map.of(), house.workspace, null))
                .exit()
                .join();
        Files.createLink(house.workspace.resolve("hard.txt"), house.outside.resolve("secret.txt"));
        List<Map<String, Object>> lines = Corpus.lines("commands.jsonl");
        assertThat(lines).hasSizeGreaterThanOrEqualTo(200);
        Map<String, String> before = files();
        ShellRun shell = shell();
        List<String> wrong = new ArrayList<>();
        for (Map<String, Object> line : lines) {
            String command = line.get("command")
                    .toString()
                    .replace("{home}", house.home.toString())
                    .replace("{workspace}", house.workspace.toString())
                    .replace("{outside}", house.outside.toString());
            String met = Corpus.code(() -> {
                        PreparedCall call = Tools.prepared(shell, Map.of("command", command));
                        call.inspect();
                        Ran ran = call.run(house.run());
                        ShellRun.Result result = (ShellRun.Result) ran.result();
                        assertThat(result.exitCode())
                                .as(command + result.stderr())
                                .isBetween(0, 2);
                        assertThat(result.stdout()).as(command).doesNotContain(TestHouse.SECRET);
                    })
                    .name();
            if (!met.equals(line.get("code"))) {
                wrong.add("%s: expected %s, met %s".formatted(command, line.get("code"), met));
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(files()).isEqualTo(before);
    }
}
