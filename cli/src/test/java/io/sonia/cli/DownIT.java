package io.sonia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.Clock;
import io.sonia.kernel.Home;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.process.Child;
import io.sonia.kernel.process.Command;
import io.sonia.kernel.process.PidRecord;
import io.sonia.kernel.process.Processes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Stopping what the pid files name, with processes that obey and processes that do not. */
@Timeout(60)
class DownIT {

    /** Says that it runs, and ends when it is asked to. */
    private static final String OBEDIENT = "echo up; exec sleep 600";

    /** Does not listen, and has a child that does not either. */
    private static final String DEAF = "trap '' TERM; sleep 600 & echo up; while :; do sleep 600; done";

    @TempDir
    Path folder;

    private final Captured captured = Captured.pipes();
    private final Processes processes = new Processes(Clock.system());
    private final List<Child> started = new ArrayList<>();

    @AfterEach
    void end() {
        started.forEach(each -> processes.end(each, Duration.ZERO));
    }

    /** A process in a session of its own, once it runs; on record as that service. */
    private Child running(ServiceName service, String script) throws IOException {
        Child child = processes.spawn(
                new Command(List.of("/bin/sh", "-c", script), Map.of("PATH", "/usr/bin:/bin"), folder, null));
        started.add(child);
        BufferedReader said = new BufferedReader(new InputStreamReader(child.output(), StandardCharsets.UTF_8));
        assertThat(said.readLine()).isEqualTo("up");
        record(service, child.record());
        return child;
    }

    private void record(ServiceName service, PidRecord record) throws IOException {
        Path file = new Home(folder).pidFile(service);
        Files.createDirectories(file.getParent());
        record.write(file);
    }

    private int down(String... options) {
        List<String> words = new ArrayList<>(List.of("down"));
        words.addAll(List.of(options));
        return Main.run(captured.place(folder, Map.of()), words.toArray(String[]::new));
    }

    private void assertGone(Child child) {
        assertThat(processes.alive(child.record())).isFalse();
        assertThat(processes.sessionMembers(child.record())).isEmpty();
    }

    @Test
    void theRecordedProcessIsAskedToEndAndForgotten() throws IOException {
        Child child = running(ServiceName.EVA_OS, OBEDIENT);
        assertThat(down()).isZero();
        assertGone(child);
        assertThat(child.exit().join().signal()).hasValue(15);
        assertThat(new Home(folder).pidFile(ServiceName.EVA_OS)).doesNotExist();
        assertThat(captured.err()).contains("eva-os          stopped\n").contains("SONIA is down after ");
        assertThat(captured.out()).isEmpty();
        assertThat(down()).isZero();
        assertThat(captured.err()).endsWith("SONIA is not running\n");
    }

    @Test
    void whatDoesNotEndInTimeIsKilledWithItsWholeSession() throws IOException {
        Child child = running(ServiceName.EVA_OS, DEAF);
        List<ProcessHandle> members = processes.sessionMembers(child.record()).stream()
                .map(pid -> ProcessHandle.of(pid).orElseThrow())
                .toList();
        assertThat(members).hasSizeGreaterThan(1);
        assertThat(down("--grace", "0")).isZero();
        assertThat(members).noneMatch(ProcessHandle::isAlive);
        assertThat(child.exit().join().signal()).hasValue(9);
        assertThat(captured.err()).contains("killing the rest");
    }

    @Test
    void servicesThatTheirSupervisorHasLeftAreEnded() throws IOException {
        Child openclaw = running(ServiceName.OPENCLAW, OBEDIENT);
        Child pipecat = running(ServiceName.PIPECAT, OBEDIENT);
        assertThat(down()).isZero();
        for (Child each : List.of(openclaw, pipecat)) {
            assertGone(each);
            assertThat(each.exit().join().signal()).hasValue(15);
        }
        assertThat(captured.err()).contains("openclaw        stopped").contains("pipecat         stopped");
    }

    @Test
    void aStrangerWithTheNumberOfARecordedProcessIsLeftAlone() throws IOException {
        Child stranger = running(ServiceName.EVA_OS, OBEDIENT);
        PidRecord real = stranger.record();
        record(ServiceName.EVA_OS, new PidRecord(real.pid(), real.startTicks() - 1, real.bootId()));
        record(ServiceName.OPENCLAW, new PidRecord(real.pid(), real.startTicks(), "another-boot"));
        assertThat(down()).isZero();
        assertThat(processes.alive(real)).isTrue();
        assertThat(captured.err()).isEqualTo("SONIA is not running\n");
        assertThat(new Home(folder).pidFile(ServiceName.EVA_OS)).doesNotExist();
    }
}
