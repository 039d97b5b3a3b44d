package io.sonia.kernel.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.kernel.Clock;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ProcessesIT {

    private static final Duration GRACE = Duration.ofSeconds(10);

    @TempDir
    Path folder;

    private final Clock clock = Clock.system();
    private final Processes processes = new Processes(clock);
    private final List<Child> children = new ArrayList<>();

    @AfterEach
    void endAll() {
        children.forEach(child -> processes.end(child, Duration.ZERO));
    }

    @Test
    void childLeadsASessionOfItsOwn() throws Exception {
        Child child = shell("sleep 60");
        assertThat(processes.alive(child.record())).isTrue();
        assertThat(processes.sessionMembers(child.record())).contains(child.pid());
        assertThat(processes.sessionMembers(child.record()))
                .doesNotContain(ProcessHandle.current().pid());
    }

    @Test
    void childSeesItsArgumentsEnvironmentFolderAndNothingElse() throws Exception {
        Child child = start("printf '%s|' \"$0\" \"$ONE\" \"${HOME-none}\" \"$PWD\"; echo problem >&2", null, "a b $c");
        assertThat(text(child.output())).isEqualTo("a b $c|1|none|" + folder + "|");
        assertThat(text(child.errors())).isEqualTo("problem\n");
        assertThat(child.exit().get().code()).isZero();
    }

    @Test
    void outputAndErrorsAreAppendedToTheFile() throws Exception {
        Path log = Files.writeString(folder.resolve("out.log"), "before\n");
        start("echo out; echo err >&2", log).exit().get();
        assertThat(log).hasContent("before\nout\nerr\n");
    }

    @Test
    void exitCodeAndSignalAreTold() throws Exception {
        assertThat(shell("exit 78").exit().get()).hasToString("exit 78");
        Child child = shell("sleep 60");
        assertThat(processes.signalGroup(child.record(), Signal.KILL)).isTrue();
        assertThat(child.exit().get()).hasToString("signal 9");
    }

    @Test
    void missingProgramIsRefused() {
        Command command = new Command(List.of("/no/such/program"), Map.of(), folder, null);
        assertThatThrownBy(() -> processes.spawn(command))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("/no/such/program");
    }

    @Test
    void grandchildrenEndWithTheirGroup() throws Exception {
        Child child = shell("sleep 60 & (sleep 60 & sleep 60) & wait");
        eventually(() -> processes.sessionMembers(child.record()).size() >= 4);
        List<Long> members = processes.sessionMembers(child.record());

        assertThat(processes.end(child.record(), GRACE)).isEqualTo(Ending.ENDED);

        assertThat(members).noneMatch(ProcessesIT::running);
        assertThat(processes.alive(child.record())).isFalse();
    }

    @Test
    void grandchildrenThatOutliveTheChildEndWithItsSession() throws Exception {
        Child child = shell("sleep 60 & echo $!");
        long grandchild = Long.parseLong(text(child.output(), 1));
        child.exit().get();
        assertThat(running(grandchild)).isTrue();

        assertThat(processes.end(child.record(), GRACE)).isEqualTo(Ending.ABSENT);
        assertThat(running(grandchild)).isTrue();
        assertThat(processes.end(child, GRACE)).isEqualTo(Ending.ENDED);
        assertThat(running(grandchild)).isFalse();
    }

    @Test
    void whatBecameADaemonIsFoundByItsEnvironment() throws Exception {
        String daemon = "setsid sh -c 'echo $$; exec sleep 60' & wait $!; sleep 60";
        Command command = new Command(
                List.of("/bin/sh", "-c", daemon), Map.of("PATH", "/usr/bin:/bin", "MARK", "home#1"), folder, null);
        Child child = processes.spawn(command);
        children.add(child);
        long pid = Long.parseLong(text(child.output(), 1));

        processes.end(child, Duration.ZERO);
        assertThat(running(pid)).as("it has left the session").isTrue();
        assertThat(processes.endMarked("MARK=home#")).as("no prefix").isEqualTo(Ending.ABSENT);
        assertThat(running(pid)).isTrue();
        assertThat(processes.endMarked("MARK=home#1")).isEqualTo(Ending.KILLED);
        assertThat(running(pid)).isFalse();
    }

    @Test
    void childThatIgnoresTermIsKilled() throws Exception {
        Child child = shell("trap '' TERM; echo ready; while :; do sleep 60; done");
        text(child.output(), 1);
        assertThat(processes.end(child.record(), Duration.ofMillis(300))).isEqualTo(Ending.KILLED);
        assertThat(processes.alive(child.record())).isFalse();
        assertThat(child.exit().get()).hasToString("signal 9");
    }

    @Test
    void processThatLeftItsGroupIsKilledWithItsSession() throws Exception {
        // Job control gives the background job a group of its own within the session.
        String job = "set -m; (trap '' TERM; echo $BASHPID; exec sleep 60) & wait";
        Child child = start(List.of("/bin/bash", "-c", job), null);
        long pid = Long.parseLong(text(child.output(), 1));
        assertThat(processes.end(child.record(), Duration.ofMillis(300))).isEqualTo(Ending.KILLED);
        assertThat(running(pid)).isFalse();
    }

    @Test
    void interruptedEndStillLeavesNothing() throws Exception {
        Child child = shell("trap '' TERM; echo ready; while :; do sleep 60; done");
        text(child.output(), 1);
        Thread.currentThread().interrupt();
        assertThat(processes.end(child.record(), GRACE)).isEqualTo(Ending.KILLED);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void recordOfAnotherProcessIsNeitherTrustedNorSignalled() throws Exception {
        Child child = shell("sleep 60");
        PidRecord own = child.record();
        List<PidRecord> foreign = List.of(
                new PidRecord(own.pid(), own.startTicks() + 1, own.bootId()),
                new PidRecord(own.pid(), own.startTicks(), "another-boot"));
        for (PidRecord record : foreign) {
            assertThat(processes.alive(record)).isFalse();
            assertThat(processes.sessionMembers(record)).isEmpty();
            assertThat(processes.signalGroup(record, Signal.KILL)).isFalse();
            assertThat(processes.end(record, Duration.ZERO)).isEqualTo(Ending.ABSENT);
        }
        assertThat(processes.alive(own)).isTrue();
    }

    @Test
    void recordIsReadBackAndTrustedByAnotherLife() throws Exception {
        Child child = shell("sleep 60");
        Path file = folder.resolve("child.pid");
        child.record().write(file);
        child.record().write(file);
        PidRecord read = PidRecord.read(file).orElseThrow();
        assertThat(read).isEqualTo(child.record());
        assertThat(folder).isDirectoryNotContaining("glob:**.new");
        assertThat(new Processes(clock).end(read, GRACE)).isEqualTo(Ending.ENDED);
        assertThat(child.exit().get()).hasToString("signal 15");
    }

    @Test
    void recordThatIsNoRecordIsAbsent() throws Exception {
        Path file = folder.resolve("child.pid");
        assertThat(PidRecord.read(file)).isEmpty();
        for (String text : List.of("", "4711", "{\"pid\":4711}", "{\"pid\":1,\"start_ticks\":2,\"boot_id\":\"x\"}")) {
            Files.writeString(file, text);
            assertThat(PidRecord.read(file)).isEmpty();
        }
    }

    @Test
    void childSeesEndOfInputWhenItsParentIsKilled() throws Exception {
        Path mark = folder.resolve("input-ended");
        Process parent = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Parent.class.getName(),
                        mark.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        long child = Long.parseLong(text(parent.getInputStream(), 1));
        assertThat(running(child)).isTrue();
        assertThat(mark).doesNotExist();

        parent.destroyForcibly().waitFor(10, TimeUnit.SECONDS);

        eventually(() -> Files.exists(mark) && !running(child));
    }

    private Child shell(String script) throws IOException {
        return start(script, null);
    }

    private Child start(String script, Path output, String... args) throws IOException {
        List<String> argv = new ArrayList<>(List.of("/bin/sh", "-c", script));
        argv.addAll(List.of(args));
        return start(argv, output);
    }

    private Child start(List<String> argv, Path output) throws IOException {
        Map<String, String> environment = Map.of("ONE", "1", "PATH", "/usr/bin:/bin");
        Child child = processes.spawn(new Command(argv, environment, folder, output));
        children.add(child);
        return child;
    }

    private static boolean running(long pid) {
        return ProcessTable.find(pid).filter(process -> !process.ended()).isPresent();
    }

    private static String text(InputStream stream) throws IOException {
        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }

    /** The last of so many lines. */
    private static String text(InputStream stream, int lines) throws IOException {
        BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
        String line = "";
        for (int i = 0; i < lines; i++) {
            line = reader.readLine();
        }
        return line;
    }

    private void eventually(BooleanSupplier condition) throws InterruptedException {
        long deadline = clock.nanoTime() + GRACE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(clock.nanoTime() - deadline).as("time over").isNegative();
            clock.sleep(Duration.ofMillis(10));
        }
    }
}
