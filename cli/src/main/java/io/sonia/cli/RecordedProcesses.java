package io.sonia.cli;

import io.sonia.kernel.Home;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.process.PidRecord;
import io.sonia.kernel.process.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** The processes that the pid files of a home name and that still run; no number is believed without its other facts. */
final class RecordedProcesses {

    private final Home home;
    private final Processes processes;

    RecordedProcesses(Home home, Processes processes) {
        this.home = home;
        this.processes = processes;
    }

    /** The process that holds the stack together: EVA-OS, which runs the other services or hosts them. */
    Optional<PidRecord> main() {
        return alive(ServiceName.EVA_OS);
    }

    /** Every recorded process that runs; all services of one process have the same record. */
    Map<ServiceName, PidRecord> alive() {
        Map<ServiceName, PidRecord> found = new EnumMap<>(ServiceName.class);
        for (ServiceName service : ServiceName.values()) {
            alive(service).ifPresent(record -> found.put(service, record));
        }
        return found;
    }

    /** Puts the stack's main process on record. */
    void put(PidRecord record) throws IOException {
        record.write(home.pidFile(ServiceName.EVA_OS));
    }

    /** Forgets processes that have ended. */
    void removeEnded() throws IOException {
        for (ServiceName service : ServiceName.values()) {
            if (alive(service).isEmpty()) {
                Files.deleteIfExists(home.pidFile(service));
            }
        }
    }

    private Optional<PidRecord> alive(ServiceName service) {
        try {
            return PidRecord.read(home.pidFile(service)).filter(processes::alive);
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }
}
