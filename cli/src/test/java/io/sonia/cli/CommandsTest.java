package io.sonia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The command line as such: help, mistakes and exit codes. */
class CommandsTest {

    @TempDir
    Path folder;

    private final Captured captured = Captured.pipes();

    @Test
    void everyCommandExplainsItself() {
        List<List<String>> paths = new ArrayList<>();
        collect(Commands.root(captured.place(folder, Map.of())), List.of(), paths);
        for (List<String> path : paths) {
            List<String> words = new ArrayList<>(path);
            words.add("--help");
            Captured one = Captured.pipes();

            assertThat(Main.run(one.place(folder, Map.of()), words.toArray(String[]::new)))
                    .as("%s", words)
                    .isZero();
            assertThat(one.out()).startsWith("Usage: sonia").contains("-h, --help");
        }
        assertThat(paths).hasSizeGreaterThan(15);
    }

    @Test
    void helpListsEveryExitCode() {
        assertThat(run("--help")).isZero();
        for (ExitCode code : ExitCode.values()) {
            assertThat(captured.out()).containsPattern("(?m)^  " + code.code() + " ");
        }
    }

    @Test
    void withoutACommandThereIsHelp() {
        assertThat(run()).isZero();
        assertThat(captured.out()).startsWith("Usage: sonia");
    }

    @ParameterizedTest
    @ValueSource(strings = {"frob", "up --all", "audit trace", "approvals approve", "logs -n many", "status extra"})
    void mistakesAreOneLineAndExitCode2(String line) {
        assertThat(run(line.split(" ", -1))).isEqualTo(2);
        assertThat(captured.err().lines().findFirst().orElse(""))
                .startsWith("sonia: ")
                .contains("--help");
        assertThat(captured.err()).doesNotContain("Exception").doesNotContain("\tat ");
    }

    @Test
    void unknownServiceIsNamedWithItsNearest() {
        assertThat(run("logs", "memory-engin")).isEqualTo(2);
        assertThat(captured.err()).contains("did you mean memory-engine?");
    }

    @Test
    void downOfNothingIsASuccess() {
        assertThat(run("down")).isZero();
        assertThat(captured.err()).isEqualTo("SONIA is not running\n");
    }

    @Test
    void startWithoutADistributionIsRefused() {
        assertThat(run("up")).isEqualTo(70);
        assertThat(captured.err()).contains("sonia.jar is missing").contains("./sonia build");
    }

    @Test
    void nobodyIsAskedWhereThereIsNoTerminal() {
        assertThat(run("chat", "--approve", "ask", "hi")).isEqualTo(2);
        assertThat(captured.err()).contains("nobody can be asked");
    }

    @Test
    void completionKnowsTheCommands() {
        assertThat(run("completion")).isZero();
        assertThat(captured.out()).contains("complete -F").contains("approvals").contains("--all-in-one");
    }

    @Test
    void versionNamesProductAndContract() {
        assertThat(run("version", "--json")).isZero();
        assertThat(captured.out()).contains("\"version\":\"4.7").contains("\"contract_version\":\"v4.6.0\"");
    }

    private int run(String... words) {
        return Main.run(captured.place(folder, Map.of()), words);
    }

    private static void collect(CommandLine command, List<String> path, List<List<String>> paths) {
        paths.add(path);
        command.getSubcommands().forEach((name, child) -> {
            List<String> longer = new ArrayList<>(path);
            longer.add(name);
            collect(child, longer, paths);
        });
    }
}
