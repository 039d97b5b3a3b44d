package io.sonia.openclaw.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.openclaw.CommandLine;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Shape;
import io.sonia.openclaw.OpenClawConfig;
import io.sonia.openclaw.sandbox.TestHouse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandCheckTest {

    @TempDir
    private Path folder;

    private TestHouse house;
    private CommandCheck commands;

    @BeforeEach
    void build() throws IOException {
        house = new TestHouse(folder);
        Files.createSymbolicLink(house.workspace.resolve("link"), house.outside.resolve("secret.txt"));
        Files.createSymbolicLink(house.workspace.resolve("link-dir"), house.outside);
        commands = new CommandCheck(
                house.sandbox,
                Shape.of(OpenClawConfig.class).read(Map.of()).shell().allowed());
    }

    private CommandCheck.Allowed check(String command) throws IOException {
        return commands.check(CommandLine.split(command), house.sandbox.start());
    }

    private static ErrorCode code(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        try {
            call.call();
            return ErrorCode.OK;
        } catch (SoniaException e) {
            return e.code();
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ls | /ls",
                "ls -la docs | /ls -la -- docs",
                "ls docs -l | /ls -l -- docs",
                "ls -- -odd | /ls -- -odd",
                "ls docs/../docs | /ls -- ./docs",
                "ls ./-odd | /ls -- ./-odd",
                "cat notes.txt | /cat -- notes.txt",
                "cat - | /cat -- -",
                "cat docs//a.txt | /cat -- ./docs/a.txt",
                "head -n 5 notes.txt | /head -n5 -- notes.txt",
                "head -5 notes.txt | /head -5 -- notes.txt",
                "head --lines 5 notes.txt | /head --lines=5 -- notes.txt",
                "grep -n milk notes.txt | /grep -n -- milk notes.txt",
                "grep -e milk notes.txt | /grep -emilk -- notes.txt",
                "grep /etc/passwd notes.txt | /grep -- /etc/passwd notes.txt",
                "grep -r milk docs | /grep -r --exclude=*.db* --exclude-dir=*.db* -- milk docs",
                "grep -r milk | /grep -r --exclude=*.db* --exclude-dir=*.db* -- milk",
                "find | /find",
                "find . -name '*.txt' -type f | /find . -name *.txt -type f",
                "find docs/../docs -maxdepth 1 -newer notes.txt | /find ./docs -maxdepth 1 -newer notes.txt",
                "sort -k 2 -r notes.txt | /sort -k2 -r -- notes.txt",
                "date +%F | /date -- +%F",
                "date -u | /date -u",
                "echo -n --anything /etc/passwd | /echo -n --anything /etc/passwd",
                "wc -l notes.txt docs/a.txt | /wc -l -- notes.txt docs/a.txt",
                "stat -c %s notes.txt | /stat -c%s -- notes.txt",
                "du -sh docs | /du -sh -- docs",
                "uname -a | /uname -a"
            })
    void allowedCommandsGetOneFixedForm(String command, String expected) throws IOException {
        List<String> argv = new ArrayList<>(check(command).argv());
        String program = argv.removeFirst();
        assertThat(program).matches("/(usr/)?bin/[a-z]+");
        String line = (program.substring(program.lastIndexOf('/')) + " " + String.join(" ", argv)).strip();
        assertThat(line).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rm notes.txt",
                "bash -c id",
                "sh x",
                "/bin/ls",
                "./ls",
                "../ls",
                "LS",
                "A=1 ls",
                "env ls",
                "xargs ls",
                "sudo ls",
                "timeout 5 ls",
                "nice ls",
                "python3 x",
                "curl http://x",
                "'' ls",
                "cat --output x",
                "find . -exec id '{}' +",
                "find . -execdir id '{}' +",
                "find . -ok id '{}' +",
                "find . -delete",
                "find . -fprint x",
                "find . -fprintf x %p",
                "find . -fls x",
                "find -L .",
                "find -H .",
                "find . -follow",
                "find . -files0-from notes.txt",
                "find . -name",
                "sort -o out notes.txt",
                "sort --output=out notes.txt",
                "sort --outp=out notes.txt",
                "sort -T /tmp notes.txt",
                "sort --compress-program=sh notes.txt",
                "sort --files0-from=notes.txt",
                "wc --files0-from=notes.txt",
                "du --files0-from=notes.txt",
                "du -L docs",
                "du -X notes.txt",
                "grep -R milk .",
                "grep --dereference-recursive milk .",
                "grep --recursiv milk .",
                "ls -L link",
                "ls --dereference link",
                "tail -f notes.txt",
                "tail --follow notes.txt",
                "tail --pid=1 notes.txt",
                "date -s 2020-01-01",
                "date --set=2020-01-01",
                "date 010100002020",
                "date -f notes.txt",
                "date -r notes.txt",
                "hostname evil",
                "hostname -F notes.txt",
                "stat -L notes.txt",
                "uname -x",
                "git",
                "git commit -m x",
                "git push",
                "git -c core.pager=sh log",
                "git -C / status",
                "git --git-dir=/tmp/x status",
                "git --exec-path=/tmp log",
                "git diff --no-index a b",
                "git diff --output=x",
                "git diff --ext-diff",
                "git log --textconv",
                "git show --open-files-in-pager=sh",
                "git status --column=x",
                "git branch evil",
                "git config --list"
            })
    void everythingElseIsAnInvalidCommand(String command) {
        assertThat(code(() -> check(command))).isEqualTo(ErrorCode.INVALID_COMMAND);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cat /etc/passwd",
                "cat ../secrets/root.key",
                "cat docs/../../secrets/root.key",
                "cat S:/secrets/root.key",
                "cat S:/data/memory/sonia.db",
                "cat S:/data/sessions/ses_1.json",
                "cat notes.txt /etc/passwd",
                "cat -- /etc/passwd",
                "cat -n /etc/passwd",
                "head -n 5 /etc/passwd",
                "tail -n5 /etc/passwd",
                "ls /",
                "ls ..",
                "ls ../..",
                "ls -l /proc/self/fd",
                "find /",
                "find .. -name x",
                "find . /etc -name x",
                "find . -newer /etc/passwd",
                "find . -samefile /etc/passwd",
                "grep root /etc/passwd",
                "grep -e root /etc/passwd",
                "grep -f /etc/passwd notes.txt",
                "grep --file=/etc/passwd notes.txt",
                "grep -r secret S:/data",
                "grep -r secret /etc",
                "grep -ar secret ../data",
                "sort /etc/passwd",
                "wc /etc/passwd",
                "stat /etc/passwd",
                "du /etc",
                "df /etc",
                "git diff /etc/passwd notes.txt",
                "git diff -- ../../etc/passwd",
                "git log -- /etc"
            })
    void pathsOfCommandsStayInsideTheSandbox(String command) {
        assertThat(code(() -> check(command))).isEqualTo(ErrorCode.PATH_OUTSIDE_SANDBOX);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cat link",
                "cat link-dir/secret.txt",
                "ls link-dir",
                "find link-dir",
                "grep x link",
                "git diff link notes.txt",
                "cat docs/../link"
            })
    void commandsDoNotFollowLinksTheyAreGiven(String command) {
        assertThat(code(() -> check(command))).isEqualTo(ErrorCode.SYMLINK_DENIED);
    }

    @Test
    void aRefusalNamesTheAllowedPrograms() {
        assertThatThrownBy(() -> check("rm x")).isInstanceOfSatisfying(SoniaException.class, e -> {
            assertThat(e.details().get("allowed"))
                    .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
                    .contains("ls", "cat", "git")
                    .doesNotContain("rm");
        });
    }

    @Test
    void pathsAreRelativeToTheWorkingDirectory() throws IOException {
        CommandCheck.Allowed allowed =
                commands.check(List.of("cat", "a.txt", "../notes.txt"), house.sandbox.resolve("docs"));
        assertThat(allowed.argv())
                .endsWith("--", "a.txt", house.workspace.resolve("notes.txt").toString());
        assertThat(code(() -> commands.check(List.of("ls"), house.sandbox.resolve("link-dir"))))
                .isEqualTo(ErrorCode.SYMLINK_DENIED);
        assertThat(code(() -> commands.check(List.of("ls"), house.sandbox.resolve("none"))))
                .isEqualTo(ErrorCode.TOOL_FAILED);
    }

    @Test
    void aNameLikeTheAliasIsNotTakenForTheAlias() throws IOException {
        Files.createDirectories(house.workspace.resolve("S:"));
        CommandCheck.Allowed allowed = check("cat S:/workspace/notes.txt");
        assertThat(allowed.argv()).endsWith("--", "./notes.txt");
    }

    @Test
    void theEnvironmentIsFixed() throws IOException {
        assertThat(check("ls").environment())
                .isEqualTo(Map.of("PATH", "/usr/bin:/bin", "LANG", "C.UTF-8", "PWD", house.workspace.toString()));
    }

    @Test
    void gitReadsWithEverythingThatRunsProgramsSwitchedOff() throws IOException {
        CommandCheck.Allowed allowed = check("git log --oneline -n 3 HEAD -- docs");
        assertThat(allowed.argv())
                .contains("core.fsmonitor=false", "core.hooksPath=/dev/null", "gpg.program=/bin/false")
                .endsWith("log", "--no-ext-diff", "--no-textconv", "--oneline", "-n3", "HEAD", "--", "docs");
        assertThat(allowed.environment())
                .containsEntry("GIT_CONFIG_GLOBAL", "/dev/null")
                .containsEntry("GIT_CEILING_DIRECTORIES", house.home.toString());
        assertThat(check("git status --short").argv()).endsWith("status", "--short");
        assertThat(check("git diff ./--output=x").argv()).endsWith("./--output=x");
    }

    @Test
    void programsWithoutRulesGetTheirPathsChecked() throws IOException {
        CommandCheck other = new CommandCheck(house.sandbox, List.of("sha256sum"));
        assertThat(other.check(List.of("sha256sum", "docs/a.txt"), house.sandbox.start())
                        .argv())
                .endsWith("docs/a.txt");
        for (String bad : List.of("/etc/passwd", "../x", "..", "--file=/etc/passwd")) {
            assertThat(code(() -> other.check(List.of("sha256sum", bad), house.sandbox.start())))
                    .as(bad)
                    .isEqualTo(ErrorCode.PATH_OUTSIDE_SANDBOX);
        }
        assertThat(code(() -> other.check(List.of("sha256sum", "-f/etc/passwd"), house.sandbox.start())))
                .isEqualTo(ErrorCode.INVALID_COMMAND);
    }
}
