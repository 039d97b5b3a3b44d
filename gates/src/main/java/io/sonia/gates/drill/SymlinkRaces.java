package io.sonia.gates.drill;

import io.sonia.kernel.ServiceName;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.Threads;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Two threads swap a folder for a link, and a file for a link and for a second name of a file outside, as fast as they
 * can, while callers read, list and look through those names: no answer ever holds what is outside.
 */
final class SymlinkRaces {

    private static final int CALLERS = 16;
    private static final String NAME = "note.txt";
    private static final String SECRET = "said only outside 4711";
    private static final String BEYOND = "named-only-outside-4711.txt";

    /** What no answer may hold. */
    private static final List<String> OUTSIDE = List.of(SECRET, BEYOND, Sha256.hex(SECRET));

    private static final String HARMLESS = "harmless";
    private static final Set<String> REFUSALS =
            Set.of("SYMLINK_DENIED", "PATH_OUTSIDE_SANDBOX", "TOOL_FAILED", "VERIFICATION_FAILED");

    private static final List<String> READS = List.of(
            call("file.read", "dir/" + NAME),
            call("file.read", "file.txt"),
            call("file.list", "dir"),
            call("file.stat", "dir/" + NAME));

    private final Laboratory laboratory;
    private final Report report;
    private final Path workspace;
    private final Path outside;
    private final AtomicBoolean over = new AtomicBoolean();

    /** @param outside an empty folder beside the home, on the same file system */
    SymlinkRaces(Laboratory laboratory, Report report, Path outside) {
        this.laboratory = laboratory;
        this.report = report;
        this.workspace = laboratory.home().workspace();
        this.outside = outside;
    }

    private static String call(String tool, String path) {
        return Json.text(Map.of("tool_name", tool, "args", Map.of("path", path)));
    }

    /** The services must run. */
    void run(int reads) throws IOException, InterruptedException {
        Path secret = Files.writeString(outside.resolve(NAME), SECRET);
        Path beyond = Files.createFile(outside.resolve(BEYOND));
        Path real = Files.createDirectory(workspace.resolve("real"));
        Files.writeString(real.resolve(NAME), HARMLESS);
        Path plain = Files.writeString(workspace.resolve("plain"), HARMLESS);
        Path away = Files.createSymbolicLink(workspace.resolve("away"), outside);
        Path link = Files.createSymbolicLink(workspace.resolve("link"), secret);
        Path second = Files.createLink(workspace.resolve("second"), secret);
        List<Thread> attackers = List.of(
                attacker(workspace.resolve("dir"), List.of(real, away)),
                attacker(workspace.resolve("file.txt"), List.of(plain, link, second)));
        AtomicInteger left = new AtomicInteger(reads);
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            callers.add(Threads.virtual("reader " + i, () -> read(left)));
        }
        for (Thread caller : callers) {
            caller.join();
        }
        over.set(true);
        for (Thread attacker : attackers) {
            attacker.join();
        }
        try (Stream<Path> all = Files.list(outside)) {
            boolean same = all.collect(Collectors.toSet()).equals(Set.of(secret, beyond));
            if (!same || !Files.readString(secret).equals(SECRET)) {
                report.fail("something outside is not as it was");
            }
        }
    }

    /** Gives the name to one thing after the other, by renames, which is as fast as it gets. */
    private Thread attacker(Path name, List<Path> things) {
        return Threads.platform("attacker of " + name.getFileName(), () -> {
            try {
                while (!over.get()) {
                    for (Path thing : things) {
                        Files.move(thing, name, StandardCopyOption.ATOMIC_MOVE);
                        Files.move(name, thing, StandardCopyOption.ATOMIC_MOVE);
                        report.count("swaps");
                    }
                }
            } catch (IOException e) {
                report.fail("a swap failed: " + e);
            }
        });
    }

    private void read(AtomicInteger left) {
        try (Line line = laboratory.operator(ServiceName.OPENCLAW)) {
            for (int n = left.decrementAndGet(); n >= 0; n = left.decrementAndGet()) {
                judge(READS.get(n % READS.size()), line.send("POST", "/execute", null, READS.get(n % READS.size())));
                report.caseDone();
            }
        } catch (IOException e) {
            report.fail("a connection broke: " + e);
        }
    }

    private void judge(String request, Answer answer) {
        String code = answer.code();
        report.count(code);
        if (OUTSIDE.stream().anyMatch(answer.body()::contains)) {
            report.fail(request + " came out: " + answer.body());
        } else if (!answer.good() && !REFUSALS.contains(code)) {
            report.fail(request + " was answered " + answer.body());
        }
    }
}
