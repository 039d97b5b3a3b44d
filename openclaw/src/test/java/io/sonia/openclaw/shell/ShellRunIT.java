package io.sonia.openclaw.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.openclaw.SideEffect;
import io.sonia.contracts.openclaw.Verification.Verdict;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Threads;
import io.sonia.kernel.process.Command;
import io.sonia.kernel.process.Processes;
import io.sonia.openclaw.sandbox.TestHouse;
import io.sonia.openclaw.tools.FileChanges;
import io.sonia.openclaw.tools.FileRead;
import io.sonia.openclaw.tools.FileStat;
import io.sonia.openclaw.tools.FileWrite;
import io.sonia.openclaw.tools.PreparedCall;
import io.sonia.openclaw.tools.Ran;
import io.sonia.openclaw.tools.ToolRun;
import io.sonia.openclaw.tools.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real programs, well-behaved and not. */
@Timeout(60)
class ShellRunIT {

    private static final List<String> PROGRAMS =
            List.of("ls", "cat", "git", "yes", "sh", "sleep", "env", "sort", "pwd", "setsid");

    @TempDir
    private Path folder;

    private final Clock clock = Clock.system();
    final Processes processes = new Processes(clock);
    TestHouse house;

    @BeforeEach
    void build() throws IOException {
        house = new TestHouse(folder);
    }

    /** A host without bubblewrap. */
    Isolation isolation() {
        return Isolation.of(Isolation.Mode.AUTO, Optional.empty(), house.sandbox, processes);
    }

    ShellRun shell(ShellLimits limits) {
        RunningCommands running = new RunningCommands(folder.resolve("commands"), processes);
        running.endLeftOver();
        return new ShellRun(
                house.sandbox,
                new CommandCheck(house.sandbox, PROGRAMS),
                limits,
                isolation(),
                new ShellRun.Started(processes, running, clock));
    }

    ShellRun shell() {
        return shell(new ShellLimits(30, 512L << 20, 64));
    }

    ShellRun.Result run(String json) throws IOException {
        return Tools.call(shell(), json, house.run()).result();
    }

    /** Runs to an end that is a failure. */
    static Ran failing(ShellRun shell, String json, ToolRun run) throws IOException {
        return failing(Tools.prepared(shell, json), run);
    }

    static Ran failing(PreparedCall call, ToolRun run) throws IOException {
        call.inspect();
        Ran ran = call.run(run);
        assertThat(ran.failure()).isNotNull();
        return ran;
    }

    /** A number that sleep takes and that no other process of the tests has in its command lines. */
    static String own(String number) {
        return number + "." + ProcessHandle.current().pid();
    }

    long processesOf(String marker) throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            return all.filter(each -> runs(each, marker)).count();
        }
    }

    private static boolean runs(Path process, String marker) {
        try {
            return process.getFileName().toString().matches("\\d+")
                    && Files.readString(process.resolve("cmdline")).contains(marker);
        } catch (IOException gone) {
            return false;
        }
    }

    @Test
    void aCommandRunsAndIsVerified() throws IOException {
        Tools.Done done = Tools.call(shell(), "{'command':'cat docs/a.txt notes.txt'}", house.run());
        ShellRun.Result result = done.result();
        assertThat(result.argv()).containsExactly("cat", "docs/a.txt", "notes.txt");
        assertThat(result.exitCode()).isZero();
        assertThat(result.stdout()).isEqualTo("alphabuy milk");
        assertThat(result.stderr()).isEmpty();
        assertThat(result.truncated()).isFalse();
        assertThat(done.verification().verdict()).isEqualTo(Verdict.PASSED);
        assertThat(done.ran().sideEffects())
                .containsExactly(new SideEffect("process", "cat docs/a.txt notes.txt", null, null));
    }

    @Test
    void aCommandSeesItsFolderAndAnEmptyEnvironment() throws IOException {
        assertThat(run("{'argv':['pwd'],'cwd':'docs'}").stdout().strip())
                .isEqualTo(house.workspace.resolve("docs").toString());
        assertThat(run("{'argv':['env']}").stdout().lines())
                .containsExactlyInAnyOrder("PATH=/usr/bin:/bin", "LANG=C.UTF-8", "PWD=" + house.workspace);
        assertThat(run("{'argv':['cat','-']}").stdout()).isEmpty();
    }

    @Test
    void anUnexpectedExitCodeFailsWithTheResult() throws IOException {
        Ran ran = failing(shell(), "{'command':'ls none'}", house.run());
        assertThat(ran.failure().code()).isEqualTo(ErrorCode.TOOL_FAILED);
        assertThat(ran.failure().details()).containsEntry("reason", "exit_code");
        assertThat((Map<?, ?>) ran.failure().details().get("result"))
                .extracting("exit_code")
                .isEqualTo(2L);
        assertThat(run("{'command':'ls none','expected_exit_codes':[0,2]}").exitCode())
                .isEqualTo(2);
    }

    @Test
    void aFloodOfOutputIsCutAndReadToItsEnd() throws IOException {
        Files.writeString(house.workspace.resolve("big.txt"), "x".repeat(3_000_000));
        ShellRun.Result result = run("{'command':'cat big.txt'}");
        assertThat(result.exitCode()).isZero();
        assertThat(result.stdout()).hasSize(64 * 1024);
        assertThat(result.truncated()).isTrue();
    }

    @Test
    void aCommandThatTakesTooLongIsEnded() throws IOException {
        Ran ran = failing(shell(), "{'argv':['yes','%s']}".formatted(own("4711")), house.run(Duration.ofMillis(300)));
        assertThat(ran.failure().code()).isEqualTo(ErrorCode.TIMEOUT);
        assertThat(((ShellRun.Result) ran.result()).truncated()).isTrue();
        assertThat(processesOf(own("4711"))).isZero();
    }

    @Test
    void aChildThatIgnoresTermIsKilledWithItsWholeSession() throws IOException {
        String script = "trap '' TERM; sleep %1$s & while :; do sleep %1$s; done".formatted(own("4712"));
        ToolRun run = house.run(Duration.ofMillis(300));
        long began = clock.nanoTime();
        Ran ran = failing(Tools.prepared(shell(), Map.of("argv", List.of("sh", "-c", script))), run);
        assertThat(ran.failure().code()).isEqualTo(ErrorCode.TIMEOUT);
        assertThat(Duration.ofNanos(clock.nanoTime() - began)).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(20));
        assertThat(processesOf(own("4712"))).isZero();
    }

    @Test
    void whatACommandLeavesBehindIsEndedWithIt() throws IOException {
        ShellRun.Result result = run("{'argv':['sh','-c','sleep %s & echo done']}".formatted(own("4713")));
        assertThat(result.stdout()).isEqualTo("done\n");
        assertThat(processesOf(own("4713"))).isZero();
    }

    @Test
    void tooManyProcessesEndTheCommand() throws IOException {
        ShellRun shell = shell(new ShellLimits(30, 512L << 20, 8));
        String script = "i=0; while [ $i -lt 20 ]; do sleep %s & i=$((i+1)); done; wait".formatted(own("4714"));
        Ran ran = failing(shell, "{'argv':['sh','-c','%s']}".formatted(script), house.run());
        assertThat(ran.failure().details()).containsEntry("reason", "processes");
        assertThat(processesOf(own("4714"))).isZero();
    }

    @Test
    void memoryAndProcessorTimeAreLimited() throws IOException {
        ShellRun shell = shell(new ShellLimits(1, 64L << 20, 64));
        Ran busy = failing(shell, "{'argv':['sh','-c','while :; do :; done']}", house.run());
        assertThat(((ShellRun.Result) busy.result()).exitCode()).isGreaterThan(128);
        assertThat(Tools.prepared(shell, "{'argv':['sh','-c','ulimit -v; ulimit -t; ulimit -c']}"))
                .satisfies(call -> {
                    call.inspect();
                    ShellRun.Result result =
                            (ShellRun.Result) call.run(house.run()).result();
                    assertThat(result.stdout().lines()).containsExactly("65536", "1", "0");
                });
    }

    @Test
    void aKnownProgramCannotWriteAFile() throws IOException {
        CommandCheck.Allowed allowed = new CommandCheck(house.sandbox, List.of("sort"))
                .check(List.of("sort", "notes.txt"), house.sandbox.start());
        List<String> argv = new ShellLimits(30, 512L << 20, 64).applied(allowed);
        assertThat(argv).contains("--fsize=0");
    }

    @Test
    void aCancelledCommandIsEnded() throws Exception {
        ToolRun run = house.run();
        Thread canceller = Threads.virtual("cancel", () -> {
            try {
                while (processesOf(own("4715")) == 0) {
                    clock.sleep(Duration.ofMillis(5));
                }
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
            run.cancel();
        });
        Ran ran = failing(shell(), "{'argv':['sleep','%s']}".formatted(own("4715")), run);
        canceller.join();
        assertThat(ran.failure().details()).containsEntry("reason", "cancelled");
        assertThat(processesOf(own("4715"))).isZero();
    }

    @Test
    void gitTellsTheStateOfARepositoryInTheWorkspace() throws Exception {
        git("init", "-q");
        git("add", "notes.txt");
        git("-c", "user.name=o", "-c", "user.email=o@example.org", "commit", "-qm", "first");
        git("config", "core.fsmonitor", "touch " + house.outside.resolve("pwned"));
        git("config", "diff.external", "touch " + house.outside.resolve("pwned"));
        git("config", "core.hooksPath", house.outside.toString());
        Files.writeString(house.workspace.resolve("notes.txt"), "buy bread");
        assertThat(run("{'command':'git status --short'}").stdout())
                .contains(" M notes.txt")
                .contains("?? docs/");
        assertThat(run("{'command':'git diff'}").stdout()).contains("-buy milk").contains("+buy bread");
        assertThat(run("{'command':'git log --oneline'}").stdout()).contains("first");
        assertThat(run("{'command':'git show HEAD:notes.txt'}").stdout()).isEqualTo("buy milk");
        assertThat(house.outside.resolve("pwned")).doesNotExist();
    }

    @Test
    void gitDoesNotLookForARepositoryAroundTheSandbox() throws Exception {
        processes
                .spawn(new Command(
                        List.of("/usr/bin/git", "init", "-q"), Map.of("PATH", "/usr/bin:/bin"), house.home, null))
                .exit()
                .join();
        assertThat(house.home.resolve(".git")).exists();
        Ran ran = failing(shell(), "{'command':'git status'}", house.run());
        assertThat(((ShellRun.Result) ran.result()).stderr()).contains("not a git repository");
    }

    @Test
    void exactlyOneOfCommandAndArgvIsGiven() {
        for (String json : List.of("{}", "{'command':'ls','argv':['ls']}", "{'argv':[]}")) {
            assertThatThrownBy(() -> Tools.prepared(shell(), json))
                    .isInstanceOfSatisfying(
                            SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
        }
        assertThatThrownBy(() -> Tools.prepared(shell(), "{'argv':['ls','a\\u0000b']}"))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_COMMAND));
    }

    @Test
    void pipesAreNotOpenedByFileTools() throws Exception {
        Path pipe = house.workspace.resolve("pipe");
        processes
                .spawn(new Command(List.of("/usr/bin/mkfifo", pipe.toString()), Map.of(), house.home, null))
                .exit()
                .join();
        assertThat(pipe).exists();
        refusesPipe(() -> Tools.call(new FileRead(house.sandbox, 1000), "{'path':'pipe'}", house.run()));
        refusesPipe(() -> Tools.call(
                new FileWrite(new FileChanges(house.sandbox, 1000, house.ids())),
                "{'path':'pipe','content':'x'}",
                house.run()));
        assertThat(Tools.call(new FileStat(house.sandbox, 1000), "{'path':'pipe'}", house.run())
                        .<FileStat.Result>result()
                        .kind()
                        .name())
                .isEqualTo("OTHER");
        assertThatThrownBy(() -> Tools.call(new FileRead(house.sandbox, 1000), "{'path':'pipe/x'}", house.run()))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOOL_FAILED));
    }

    private static void refusesPipe(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(SoniaException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.PATH_OUTSIDE_SANDBOX);
            assertThat(e.details()).containsEntry("reason", "special_file");
        });
    }

    private void git(String... args) throws Exception {
        List<String> argv = new java.util.ArrayList<>(List.of("/usr/bin/git"));
        argv.addAll(List.of(args));
        Map<String, String> environment = Map.of("PATH", "/usr/bin:/bin", "HOME", house.home.toString());
        int code = processes
                .spawn(new Command(argv, environment, house.workspace, folder.resolve("git.log")))
                .exit()
                .join()
                .code();
        assertThat(code).as(String.join(" ", args)).isZero();
    }
}
