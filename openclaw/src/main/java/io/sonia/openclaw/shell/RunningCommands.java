package io.sonia.openclaw.shell;

import io.sonia.kernel.process.Child;
import io.sonia.kernel.process.PidRecord;
import io.sonia.kernel.process.Processes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Which commands run, on disk: when this process is killed, its next life ends what it has left running. */
public final class RunningCommands {

    private final Path folder;
    private final Processes processes;

    public RunningCommands(Path folder, Processes processes) {
        this.folder = folder;
        this.processes = processes;
    }

    /** Ends the commands of a former life; returns how many there were. */
    public int endLeftOver() {
        int ended = 0;
        try {
            Files.createDirectories(folder);
            for (Path file : files()) {
                Optional<PidRecord> left = PidRecord.read(file);
                if (left.isPresent() && processes.alive(left.get())) {
                    processes.end(left.get(), Duration.ZERO);
                    ended++;
                }
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the records of running commands cannot be read", e);
        }
        return ended;
    }

    /** Puts a command on record until the entry is closed. */
    Entry enter(Child child) throws IOException {
        Path file = folder.resolve(child.pid() + ".pid");
        child.record().write(file);
        return () -> Files.deleteIfExists(file);
    }

    /** A command on record. */
    interface Entry extends AutoCloseable {
        @Override
        void close() throws IOException;
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.toList();
        }
    }
}
