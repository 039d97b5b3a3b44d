package io.sonia.cli;

import io.sonia.kernel.ServiceName;
import io.sonia.kernel.process.PidRecord;
import io.sonia.kernel.process.Processes;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What SONIA needs from the machine: Java, tools, ports, disk and clock. */
final class MachineChecks {

    private static final int OLDEST_JAVA = 25;
    private static final long MIB = 1024 * 1024;
    private static final long DISK_FLOOR = 512 * MIB;

    /** Before this build was made: a clock that says so is wrong. */
    private static final Instant EARLIEST = Instant.parse("2026-01-01T00:00:00Z");

    private static final Addresses.Address OLLAMA = new Addresses.Address("127.0.0.1", 11434);
    private static final List<String> TOOLS = List.of("setsid", "prlimit", "kill");

    private static final Path BUBBLEWRAP = Path.of("/usr/bin/bwrap");

    private final Workplace place;
    private final Addresses addresses;
    private final Processes processes;

    MachineChecks(Workplace place) {
        this.place = place;
        this.addresses = Addresses.of(place.home(), place.environment());
        this.processes = new Processes(place.clock());
    }

    /** What a start needs. */
    List<Finding> beforeStart() {
        List<Finding> findings = new ArrayList<>();
        findings.add(java());
        findings.add(distribution());
        findings.add(tools());
        findings.add(isolation());
        findings.add(disk());
        findings.add(clock());
        findings.addAll(ports());
        return findings;
    }

    /** What is there beside it. */
    List<Finding> running() {
        return List.of(ollama(), stack());
    }

    private Finding java() {
        int version = Runtime.version().feature();
        String text = Runtime.version() + " at " + System.getProperty("java.home");
        return version >= OLDEST_JAVA
                ? Finding.good("java", text)
                : Finding.bad("java", text, "install a JDK " + OLDEST_JAVA + " or set SONIA_JAVA_HOME to one");
    }

    private Finding distribution() {
        Path jar = place.dist().resolve("sonia.jar");
        if (!Files.isReadable(jar)) {
            return Finding.bad("distribution", jar + " is missing", "run ./sonia build");
        }
        boolean archives = Files.isReadable(place.dist().resolve("services.jsa"))
                && Files.isReadable(place.dist().resolve("cli.jsa"));
        return archives
                ? Finding.good("distribution", place.dist().toString())
                : Finding.note("distribution", "no start-up archives, so starts are slower", "run ./sonia build");
    }

    private Finding tools() {
        List<String> missing = TOOLS.stream().filter(tool -> !onPath(tool)).toList();
        return missing.isEmpty()
                ? Finding.good("tools", String.join(", ", TOOLS))
                : Finding.bad("tools", String.join(", ", missing) + " not found", "install util-linux");
    }

    private static Finding isolation() {
        return Files.isExecutable(BUBBLEWRAP)
                ? Finding.good("isolation", BUBBLEWRAP + "; ./sonia status says whether it is in force")
                : Finding.note(
                        "isolation",
                        "bubblewrap is not installed: commands are not cut off from the network and from other files",
                        "install the package bubblewrap, then restart SONIA");
    }

    private boolean onPath(String tool) {
        String path = place.environment().getOrDefault("PATH", "/usr/bin:/bin");
        return Pattern.compile(":").splitAsStream(path).anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
    }

    Finding disk() {
        Path folder = place.home().root();
        while (!Files.exists(folder) && folder.getParent() != null) {
            folder = folder.getParent();
        }
        try {
            FileStore store = Files.getFileStore(folder);
            long free = store.getUsableSpace();
            String text = free / MIB + " MiB free below " + folder;
            return free >= DISK_FLOOR
                    ? Finding.good("disk", text)
                    : Finding.bad("disk", text, "free some: nothing is written below " + DISK_FLOOR / MIB + " MiB");
        } catch (IOException e) {
            return Finding.bad("disk", Reason.of(e), "check the disk of " + folder);
        }
    }

    /** Also against the newest database: time that ran backwards makes tokens and deadlines fail. */
    Finding clock() {
        Instant now = place.clock().now();
        Instant latest = Stream.of(ServiceName.values())
                .map(service -> written(place.home().database(service)))
                .max(Comparator.naturalOrder())
                .orElse(EARLIEST);
        return now.isAfter(latest.minusSeconds(1))
                ? Finding.good("clock", now.toString())
                : Finding.bad("clock", now + " is before " + latest, "set the clock");
    }

    private static Instant written(Path file) {
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } catch (IOException none) {
            return EARLIEST;
        }
    }

    private List<Finding> ports() {
        Map<ServiceName, PidRecord> ours = new RecordedProcesses(place.home(), processes).alive();
        List<Finding> findings = new ArrayList<>();
        for (ServiceName service : ServiceName.values()) {
            Addresses.Address address = addresses.of(service);
            if (!Probe.free(address) && ours.isEmpty()) {
                String owner = PortOwner.of(address.port())
                        .map(found -> "process " + found.pid() + " (" + found.command() + ")")
                        .orElse("a process of another user");
                findings.add(Finding.bad(
                        "ports", "port " + address.port() + " of " + service + " is held by " + owner, "stop it"));
            }
        }
        if (findings.isEmpty()) {
            findings.add(Finding.good("ports", ours.isEmpty() ? "all free" : "held by SONIA itself"));
        }
        return findings;
    }

    private static Finding ollama() {
        return Probe.listens(OLLAMA)
                ? Finding.good("ollama", "answers at " + OLLAMA)
                : Finding.note(
                        "ollama",
                        "not there: without another model the built-in offline provider answers",
                        "install it from https://ollama.com, or configure a provider");
    }

    private Finding stack() {
        Map<ServiceName, PidRecord> ours = new RecordedProcesses(place.home(), processes).alive();
        if (ours.isEmpty()) {
            return Finding.note("stack", "not running", "start it with ./sonia up");
        }
        List<String> silent = new ArrayList<>();
        for (ServiceName service : ServiceName.values()) {
            if (Probe.ready(addresses.of(service)) != Probe.Found.READY) {
                silent.add(service.wireName());
            }
        }
        return silent.isEmpty()
                ? Finding.good("stack", "running and ready")
                : Finding.bad("stack", "not ready: " + String.join(", ", silent), "look at ./sonia logs");
    }
}
