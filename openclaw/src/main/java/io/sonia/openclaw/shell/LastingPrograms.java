package io.sonia.openclaw.shell;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.process.Child;
import io.sonia.kernel.process.Command;
import io.sonia.kernel.process.Processes;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Programs that go on when the call that started them has ended: until they end by themselves, or SONIA does. */
public final class LastingPrograms implements AutoCloseable {

    private static final int MOST = 16;
    private static final Path NOWHERE = Path.of("/dev/null");
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final Processes processes;
    private final RunningCommands running;
    private final Path folder;
    private final Map<String, Lasting> programs = new ConcurrentHashMap<>();

    /** Programs that work in a folder. */
    public LastingPrograms(Processes processes, RunningCommands running, Path folder) {
        this.processes = processes;
        this.running = running;
        this.folder = folder;
    }

    /** A program that was started. */
    public final class Lasting {

        private final Child child;

        private Lasting(Child child) {
            this.child = child;
        }

        public long pid() {
            return child.pid();
        }

        /** Waits that long; true if the program still runs then. */
        public boolean runsFor(Duration time) throws IOException {
            try {
                child.exit().get(time.toMillis(), TimeUnit.MILLISECONDS);
                return false;
            } catch (TimeoutException runs) {
                return true;
            } catch (ExecutionException impossible) {
                throw new IllegalStateException("the end of a process cannot fail", impossible);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("the wait for the program was interrupted", e);
            }
        }

        private void end() {
            processes.end(child, GRACE);
        }
    }

    /**
     * Starts one more.
     *
     * @throws SoniaException TOOL_FAILED with reason {@code too_many} if 16 run already
     */
    public synchronized Lasting add(List<String> argv, Map<String, String> environment) throws IOException {
        if (programs.size() >= MOST) {
            throw SoniaException.of(ErrorCode.TOOL_FAILED)
                    .with("reason", "too_many")
                    .with("limit", MOST);
        }
        Child child = start(argv, environment);
        child.input().close();
        return kept(Long.toString(child.pid()), child);
    }

    /** Starts the one of that name, with something to read, and ends the one that was there before. */
    public synchronized Lasting replace(String name, List<String> argv, Map<String, String> environment, byte[] input)
            throws IOException {
        Child child = start(argv, environment);
        CommandRun.feed(child, input);
        Lasting before = programs.get(name);
        Lasting now = kept(name, child);
        if (before != null) {
            before.end();
        }
        return now;
    }

    private Child start(List<String> argv, Map<String, String> environment) throws IOException {
        return processes.spawn(new Command(argv, environment, folder, NOWHERE));
    }

    private Lasting kept(String name, Child child) throws IOException {
        Lasting lasting = new Lasting(child);
        RunningCommands.Entry entry;
        try {
            entry = running.enter(child);
        } catch (IOException e) {
            processes.end(child, Duration.ZERO);
            throw e;
        }
        programs.put(name, lasting);
        var _ = child.exit().thenRun(() -> {
            programs.remove(name, lasting);
            try {
                entry.close();
            } catch (IOException left) {
                // The next life finds a record of a process that has ended, and removes it.
            }
        });
        return lasting;
    }

    @Override
    public synchronized void close() {
        programs.values().forEach(Lasting::end);
    }
}
