package io.sonia.cli;

import io.sonia.kernel.ServiceName;
import io.sonia.kernel.process.PidRecord;
import io.sonia.kernel.process.Processes;
import io.sonia.kernel.process.Signal;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Ends the recorded processes of a home and everything in their sessions: asked first, killed after the grace. */
final class Shutdown {

    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final Duration AFTER_KILL = Duration.ofSeconds(5);

    private final Workplace place;
    private final Processes processes;
    private final RecordedProcesses recorded;

    Shutdown(Workplace place, Processes processes) {
        this.place = place;
        this.processes = processes;
        this.recorded = new RecordedProcesses(place.home(), processes);
    }

    /**
     * Ends what runs and shows what has ended. The main process ends the others itself; without it each is asked.
     *
     * @return false if there was nothing to end
     */
    boolean run(Duration grace) throws IOException {
        Map<ServiceName, PidRecord> alive = recorded.alive();
        if (alive.isEmpty()) {
            recorded.removeEnded();
            return false;
        }
        Set<PidRecord> records = new LinkedHashSet<>(alive.values());
        List<ProcessHandle> members = members(records);
        PidRecord main = alive.get(ServiceName.EVA_OS);
        for (PidRecord record : main == null ? records : Set.of(main)) {
            processes.signalGroup(record, Signal.TERM);
        }
        if (!await(alive, members, grace)) {
            place.screen().remark("  not all ended within " + grace.toSeconds() + " s, killing the rest");
            records.forEach(record -> processes.end(record, Duration.ZERO));
            members.forEach(ProcessHandle::destroyForcibly);
            if (!await(alive, members, AFTER_KILL)) {
                throw Failure.of(
                        ExitCode.NEGATIVE,
                        "not every process of the stack ended",
                        "still there: " + running(members),
                        "end them by hand, with the rights of their owner");
            }
        }
        recorded.removeEnded();
        return true;
    }

    /** Handles know when their process was started, so a stranger with the same number is not taken for it. */
    private List<ProcessHandle> members(Set<PidRecord> records) {
        List<ProcessHandle> handles = new ArrayList<>();
        for (PidRecord record : records) {
            processes
                    .sessionMembers(record)
                    .forEach(pid -> ProcessHandle.of(pid).ifPresent(handles::add));
        }
        return handles;
    }

    private boolean await(Map<ServiceName, PidRecord> started, List<ProcessHandle> members, Duration longest) {
        long until = place.clock().nanoTime() + longest.toNanos();
        Set<ServiceName> left = EnumSet.copyOf(started.keySet());
        while (true) {
            for (Map.Entry<ServiceName, PidRecord> entry : started.entrySet()) {
                if (left.contains(entry.getKey()) && !processes.alive(entry.getValue())) {
                    left.remove(entry.getKey());
                    place.screen().remark("  %-15s stopped".formatted(entry.getKey()));
                }
            }
            if (left.isEmpty() && running(members).isEmpty()) {
                return true;
            }
            if (place.clock().nanoTime() - until >= 0) {
                return false;
            }
            pause();
        }
    }

    private void pause() {
        try {
            place.clock().sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.of(ExitCode.NEGATIVE, "the stop was interrupted", "a signal", "run ./sonia down again");
        }
    }

    private static List<Long> running(List<ProcessHandle> members) {
        return members.stream()
                .filter(ProcessHandle::isAlive)
                .map(ProcessHandle::pid)
                .toList();
    }
}
