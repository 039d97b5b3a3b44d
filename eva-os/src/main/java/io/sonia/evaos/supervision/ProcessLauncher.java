package io.sonia.evaos.supervision;

import io.sonia.kernel.Home;
import io.sonia.kernel.Threads;
import io.sonia.kernel.process.Child;
import io.sonia.kernel.process.Command;
import io.sonia.kernel.process.Ending;
import io.sonia.kernel.process.Exit;
import io.sonia.kernel.process.PidRecord;
import io.sonia.kernel.process.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Starts services in sessions of their own and keeps a record file for each, so that the next life finds them. */
final class ProcessLauncher implements Launcher {

    /** Says of a process, and of whatever it starts, which service of which home it is of. */
    private static final String MARK = "SUPERVISED_SERVICE";

    private final Processes processes;
    private final Home home;
    private final Duration grace;

    /** @param grace how long a process of a former life may take to end */
    ProcessLauncher(Processes processes, Home home, Duration grace) {
        this.processes = processes;
        this.home = home;
        this.grace = grace;
    }

    @Override
    public Running launch(ChildPlan plan) throws IOException {
        Path file = home.pidFile(plan.service());
        Optional<PidRecord> former = PidRecord.read(file);
        if (former.isPresent() && processes.end(former.get(), grace) == Ending.STUCK) {
            throw new IOException("process " + former.get().pid() + " of a former life cannot be ended");
        }
        String mark = home.root() + "#" + plan.service();
        if (processes.endMarked(MARK + "=" + mark) == Ending.STUCK) {
            throw new IOException("a process that a former life has left cannot be ended");
        }
        Files.createDirectories(file.getParent());
        Map<String, String> environment = new LinkedHashMap<>(plan.environment());
        environment.put(MARK, mark);
        Child child = processes.spawn(new Command(plan.argv(), environment, home.root(), plan.stdout()));
        try {
            child.record().write(file);
        } catch (IOException e) {
            processes.end(child, Duration.ZERO);
            throw e;
        }
        return new Service(child, file, MARK + "=" + mark);
    }

    /** A running child and its record file. */
    private final class Service implements Running {

        private final Child child;
        private final Path file;
        private final String mark;

        private Service(Child child, Path file, String mark) {
            this.child = child;
            this.file = file;
            this.mark = mark;
        }

        @Override
        public PidRecord record() {
            return child.record();
        }

        @Override
        public Optional<Exit> exit() {
            return Optional.ofNullable(child.exit().getNow(null));
        }

        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // starting a thread does not fail
        public void whenEnded(Runnable listener) {
            child.exit().thenRun(() -> Threads.virtual("exit of " + child.pid(), listener));
        }

        @Override
        public Ending end(Duration grace) {
            Ending session = processes.end(child, grace);
            Ending strays = session == Ending.STUCK ? session : processes.endMarked(mark);
            Ending ending = strays == Ending.ABSENT ? session : strays;
            if (ending != Ending.STUCK) {
                try {
                    Files.deleteIfExists(file);
                } catch (IOException leftBehind) {
                    // A record of a process that is gone is trusted by nobody.
                }
            }
            return ending;
        }
    }
}
