package io.sonia.gates.drill;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.process.Answered;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Fills the disk a house lives on, first below the floor where nothing is written any more, then to the last byte. */
final class DiskFullDrill {

    /** Twice the floor of 512 MiB, so that a house and what fills the disk have room; in memory, as far as it is used. */
    private static final String DISK_SIZE = "size=1200m,mode=700";

    private static final long FLOOR_BYTES = 512L * 1024 * 1024;
    private static final int BLOCK = 1024 * 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration MOUNT = Duration.ofSeconds(10);
    private static final String FULL = "STORAGE_FULL";
    private static final int TASKS = 20;

    private final Distribution dist;
    private final Clock clock;
    private final Report report;
    private int acknowledged;
    private int asked;

    DiskFullDrill(Distribution dist, Clock clock, Report report) {
        this.dist = dist;
        this.clock = clock;
        this.report = report;
    }

    /** Makes the disk; empty where that is not allowed, as without root. */
    static boolean mount(Path disk) throws IOException, InterruptedException {
        Files.createDirectories(disk);
        return Answered.by(List.of("mount", "-t", "tmpfs", "-o", DISK_SIZE, "tmpfs", disk.toString()), "", MOUNT)
                        .code()
                == 0;
    }

    static void unmount(Path disk) {
        try {
            Answered.by(List.of("umount", "-l", disk.toString()), "", MOUNT);
        } catch (IOException noSuchProgram) {
            throw new UncheckedIOException(noSuchProgram);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void run(Path disk) throws IOException {
        report.hypothesis("all serve, tasks can be made and read, and every acknowledged one is there");
        try (SupervisedHouse house = new SupervisedHouse(dist, disk.resolve("home"), clock, Map.of())) {
            if (!house.start(PATIENCE)) {
                report.fail("the house does not start");
                return;
            }
            List<Long> pids = pids(house);
            work(house);
            filled(house, disk, FLOOR_BYTES - BLOCK, "below the floor");
            filled(house, disk, 0, "to the last byte");
            if (!pids(house).equals(pids)) {
                report.fail("processes were " + pids + " and are " + pids(house));
            }
            try (Line line = house.operator(ServiceName.API_GATEWAY)) {
                Answer verified = line.send("GET", "/v1/audit/verify?chain=all", null, null);
                if (!Boolean.TRUE.equals(verified.at("data", "valid"))) {
                    report.fail("the audit log afterwards: " + verified.body());
                }
            }
        }
    }

    private static List<Long> pids(SupervisedHouse house) {
        return List.of(ServiceName.values()).stream().map(house::pid).toList();
    }

    private void filled(SupervisedHouse house, Path disk, long leave, String how) throws IOException {
        Path ballast = disk.resolve("ballast");
        fill(ballast, disk, leave);
        long free = Files.getFileStore(disk).getUsableSpace();
        if (free > leave) {
            report.fail("the disk could not be filled " + how + ": " + free + " bytes are free");
        }
        report.add("bytes free, " + how, free);
        if (!house.await(PATIENCE, () -> make(house).equals(FULL))) {
            report.fail("a task on a disk that is full " + how + " is answered " + make(house));
        }
        report.count("refused with " + FULL);
        for (ServiceName service : ServiceName.values()) {
            try (Line line = house.operator(service)) {
                Answer status = line.send("GET", "/status", null, null);
                report.count(status.good() ? "status still told" : "status refused");
                if (!status.good()) {
                    report.fail(service + " on a full disk says " + status.body());
                }
            }
        }
        count(house);
        long freed = clock.nanoTime();
        Files.delete(ballast);
        if (!house.await(PATIENCE, () -> make(house).equals("OK") && house.allServe())) {
            report.fail("no task can be made after the disk has room again: " + make(house));
        }
        report.took("writing again after " + how, clock.nanoTime() - freed);
        work(house);
        report.caseDone();
    }

    private static void fill(Path ballast, Path disk, long leave) throws IOException {
        byte[] block = new byte[BLOCK];
        try (OutputStream out = Files.newOutputStream(ballast)) {
            while (Files.getFileStore(disk).getUsableSpace() > leave) {
                long more = Math.min(BLOCK, Files.getFileStore(disk).getUsableSpace() - leave);
                out.write(block, 0, Math.toIntExact(more));
            }
        } catch (IOException full) {
            if (Files.getFileStore(disk).getUsableSpace() > leave) {
                throw full;
            }
        }
    }

    private void work(SupervisedHouse house) throws IOException {
        for (int i = 0; i < TASKS; i++) {
            String code = make(house);
            if (!code.equals("OK")) {
                report.fail("a task was answered " + code);
            }
        }
        count(house);
    }

    /** The code of the answer. */
    private String make(SupervisedHouse house) {
        asked++;
        try (Line line = house.operator(ServiceName.EVA_OS)) {
            Answer made = line.send("POST", "/tasks", null, Json.text(Map.of("name", "task " + asked)));
            acknowledged += made.good() ? 1 : 0;
            return made.code();
        } catch (IOException nobody) {
            return nobody.toString();
        }
    }

    private void count(SupervisedHouse house) throws IOException {
        try (Line line = house.operator(ServiceName.EVA_OS)) {
            Answer all = line.send("GET", "/tasks?limit=1", null, null);
            if (all.number("data", "total") != acknowledged) {
                report.fail(acknowledged + " tasks were acknowledged, there are " + all.body());
            }
            report.count("counts of tasks");
        }
    }
}
