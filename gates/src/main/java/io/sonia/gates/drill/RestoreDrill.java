package io.sonia.gates.drill;

import io.sonia.contracts.backup.BackupCreate;
import io.sonia.contracts.backup.BackupFolder;
import io.sonia.contracts.backup.BackupSeal;
import io.sonia.contracts.backup.Restore;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.Threads;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.settings.HeadPlaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * Loses a house with its disk while it works, and puts it back from a backup that was made under load: how much is lost
 * (RPO), and how long each phase of the way back takes (RTO).
 */
final class RestoreDrill {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration LOAD_PAUSE = Duration.ofMillis(5);
    private static final Duration AFTER_BACKUP = Duration.ofMillis(500);
    static final String PASSPHRASE = "a passphrase of a drill";
    private static final Duration BACKUP = Duration.ofSeconds(310);
    private static final int LOADERS = 4;

    /** A task that was acknowledged, and when. */
    private record Acknowledged(String id, Instant at) {}

    private final Distribution dist;
    private final Clock clock;
    private final Report report;
    private final long seed;
    private final ConcurrentLinkedQueue<Acknowledged> acknowledged = new ConcurrentLinkedQueue<>();
    private Instant asked = Instant.MIN;

    RestoreDrill(Distribution dist, Clock clock, Report report, long seed) {
        this.dist = dist;
        this.clock = clock;
        this.report = report;
        this.seed = seed;
    }

    void run(Path scratch, int damages) throws Exception {
        report.hypothesis("a memory is found, an approval waits, the chains verify, acknowledged tasks are there");
        Path elsewhere = scratch.resolve("other-disk");
        try (SupervisedHouse house = new SupervisedHouse(dist, scratch.resolve("home"), clock, Map.of())) {
            if (!house.start(PATIENCE)) {
                report.fail("the house does not start");
                return;
            }
            String approval = remember(house);
            Path backup = backup(house, elsewhere);
            long rto = recover(house, backup, approval);
            lost(house);
            report.took("RTO, all phases", rto);
            report.caseDone();
            if (damages > 0) {
                new BackupDamages(clock, report, backup, scratch.resolve("empty"), seed).run(damages);
            }
        }
    }

    /** Something to be found again, and something that waits for a person. */
    private String remember(SupervisedHouse house) throws IOException {
        turn(house, "before", "remember that my locker code is 4711");
        Answer waiting = turn(house, "waiting", "write kept to kept.txt");
        String approval = "";
        if (waiting.at("data", "pending_approvals") instanceof List<?> all
                && !all.isEmpty()
                && all.getFirst() instanceof Map<?, ?> first) {
            approval = String.valueOf(first.get("approval_id"));
        } else {
            report.fail("no approval waits: " + waiting.body());
        }
        return approval;
    }

    private static Answer turn(SupervisedHouse house, String conversation, String text) throws IOException {
        try (Line line = house.operator(ServiceName.API_GATEWAY)) {
            String body = Json.text(Map.of("input_text", text, "conversation_id", conversation));
            return line.send("POST", "/v1/turn", null, body);
        }
    }

    /** Made under load, and copied to another disk; the load goes on until the disaster. */
    private Path backup(SupervisedHouse house, Path elsewhere) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        List<Thread> load = new ArrayList<>();
        for (int i = 0; i < LOADERS; i++) {
            load.add(Threads.virtual("load", () -> load(house, over)));
        }
        try {
            house.rest(AFTER_BACKUP);
            BackupCreate wanted = new BackupCreate("drill", BackupSeal.of(PASSPHRASE, new Ids(new SecureRandom())));
            asked = clock.now();
            long began = clock.nanoTime();
            Answer answer;
            try (Line line = house.operator(ServiceName.API_GATEWAY)) {
                line.patience(BACKUP);
                answer = line.send("POST", "/v1/backups", "drill-backup", Json.text(wanted));
            }
            report.took("backup under load", clock.nanoTime() - began);
            if (!answer.good()) {
                throw new IllegalStateException("no backup was made: " + answer.body());
            }
            Path made = house.home().backups().resolve(answer.text("data", "backup", "backup_id"));
            copy(made, elsewhere);
            house.rest(AFTER_BACKUP);
        } finally {
            over.set(true);
            for (Thread each : load) {
                each.join();
            }
        }
        return elsewhere;
    }

    private void load(SupervisedHouse house, AtomicBoolean over) {
        try (Line line = house.operator(ServiceName.EVA_OS)) {
            while (!over.get()) {
                Answer made = line.send("POST", "/tasks", null, Json.text(Map.of("name", "load")));
                if (made.good()) {
                    acknowledged.add(new Acknowledged(made.text("data", "task", "task_id"), clock.now()));
                }
                house.rest(LOAD_PAUSE);
            }
        } catch (IOException e) {
            report.fail("the load broke off: " + e);
        }
    }

    /** The five phases, from the loss of everything to the first good answer. */
    private long recover(SupervisedHouse house, Path backup, String approval) throws Exception {
        long lost = clock.nanoTime();
        house.killSupervisor();
        house.close();
        if (!house.await(PATIENCE, () -> Stream.of(ServiceName.values()).noneMatch(house::serves))) {
            report.fail("the house goes on without its disk");
        }
        Folders.delete(house.home().root());
        report.count("disks lost");
        long detected = clock.nanoTime();
        report.took("1 detect", detected - lost);
        Path fetched = house.home().root().resolveSibling("fetched");
        copy(backup, fetched);
        long here = clock.nanoTime();
        report.took("2 fetch", here - detected);
        List<Long> marks = new ArrayList<>();
        Home home = house.home();
        Files.createDirectories(home.root());
        new Restore(home, clock, said -> marks.add(clock.nanoTime()))
                .from(new BackupFolder(fetched), terms(home, PASSPHRASE));
        long put = clock.nanoTime();
        long verified = marks.size() > 1 ? marks.get(1) : put;
        report.took("3 verify", verified - here);
        report.took("4 copy", put - verified);
        if (!house.start(PATIENCE)) {
            report.fail("the house does not start after the restore");
        }
        Answer found = turn(house, "after", "what is my locker code?");
        long good = clock.nanoTime();
        report.took("5 start and first good request", good - put);
        if (!found.text("data", "assistant_text").contains("4711")) {
            report.fail("what was remembered is not found: " + found.body());
        }
        try (Line line = house.operator(ServiceName.EVA_OS)) {
            String body = Json.text(Map.of("approval_id", approval, "decision", "approved"));
            Answer decided = line.send("POST", "/approve", null, body);
            if (!decided.good()) {
                report.fail("the approval that waited cannot be decided: " + decided.body());
            }
        }
        try (Line line = house.operator(ServiceName.API_GATEWAY)) {
            Answer chains = line.send("GET", "/v1/audit/verify?chain=all", null, null);
            if (!Boolean.TRUE.equals(chains.at("data", "valid"))) {
                report.fail("the chains: " + chains.body());
            }
        }
        return good - lost;
    }

    static Restore.Terms terms(Home home, String passphrase) {
        return new Restore.Terms(List.of(), passphrase, null, HeadPlaces.of(home, null, null));
    }

    /** Everything acknowledged before the backup's moment is there; what came later counts as lost. */
    private void lost(SupervisedHouse house) throws IOException {
        long missing = 0;
        Instant first = null;
        Instant last = null;
        try (Line line = house.operator(ServiceName.EVA_OS)) {
            for (Acknowledged each : acknowledged) {
                boolean there =
                        line.send("GET", "/tasks/" + each.id(), null, null).good();
                if (!there) {
                    missing++;
                    first = first == null || each.at().isBefore(first) ? each.at() : first;
                }
                last = last == null || each.at().isAfter(last) ? each.at() : last;
            }
        }
        report.add("tasks acknowledged", acknowledged.size());
        report.add("tasks made after the backup, lost", missing);
        if (first != null && last != null) {
            report.took(
                    "RPO, oldest loss to disaster",
                    Duration.between(first, last).toNanos());
        }
        if (acknowledged.isEmpty() || (first != null && first.isBefore(asked))) {
            report.fail("the oldest loss is of " + first + ", the backup was asked for at " + asked);
        }
    }

    static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }
}
