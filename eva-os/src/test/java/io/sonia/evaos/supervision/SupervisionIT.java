package io.sonia.evaos.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.evaos.ServiceState;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.process.PidRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class SupervisionIT {

    private static final ServiceName MEMORY = ServiceName.MEMORY_ENGINE;
    private static final ServiceName ROUTER = ServiceName.MODEL_ROUTER;
    private static final ServiceName EXECUTOR = ServiceName.OPENCLAW;
    /** Is well at once, has a child of its own, and ends with its supervisor. */
    private static final String STEADY = "sleep 600 & : > \"$MARK\"; read -r line";

    @TempDir
    Path folder;

    private final Clock clock = Clock.system();

    @Test
    void killedChildIsBackAfterItsBackoff() throws Exception {
        try (House house = House.open(folder, Map.of(MEMORY, STEADY))) {
            house.supervision.startAll();
            eventually(() -> house.in(ServiceState.HEALTHY, MEMORY));
            long first = house.pid(MEMORY);
            PidRecord record = PidRecord.read(house.home.pidFile(MEMORY)).orElseThrow();
            assertThat(record.pid()).isEqualTo(first);
            long start = clock.nanoTime();

            kill(first);

            eventually(() -> house.in(ServiceState.RESTARTING, MEMORY));
            assertThat(session(first)).as("what the killed child had started").isEmpty();
            eventually(() -> house.in(ServiceState.HEALTHY, MEMORY));
            assertThat(Duration.ofNanos(clock.nanoTime() - start))
                    .isBetween(Duration.ofMillis(800), Duration.ofSeconds(5));
            assertThat(house.pid(MEMORY)).isNotEqualTo(first);
            assertThat(PidRecord.read(house.home.pidFile(MEMORY)).orElseThrow().pid())
                    .isEqualTo(house.pid(MEMORY));
        }
    }

    @Test
    void crashLoopIsGivenUpAfterThreeRestarts() throws Exception {
        String crash = "echo started >> \"$MARK.starts\"; exit 70";
        try (House house = House.open(folder, Map.of(MEMORY, crash, ROUTER, STEADY))) {
            house.supervision.startAll();
            eventually(() -> house.in(ServiceState.EXHAUSTED, MEMORY));
            assertThat(Files.readAllLines(folder.resolve("memory-engine.well.starts")))
                    .hasSize(4);
            assertThat(house.of(MEMORY).budget().exhausted()).isTrue();
            eventually(() -> house.in(ServiceState.HEALTHY, ROUTER));
        }
    }

    @Test
    void misconfiguredChildIsNotRestarted() throws Exception {
        String refuse = "echo started >> \"$MARK.starts\"; exit 78";
        try (House house = House.open(folder, Map.of(MEMORY, refuse))) {
            house.supervision.startAll();
            eventually(() -> house.in(ServiceState.EXHAUSTED, MEMORY));
            assertThat(house.of(MEMORY).error()).isEqualTo("the process ended: exit 78");
            assertThat(house.of(MEMORY).budget().backoffUntilEpochMs())
                    .as("no cool-down")
                    .isZero();
            assertThat(Files.readAllLines(folder.resolve("memory-engine.well.starts")))
                    .hasSize(1);
        }
    }

    @Test
    void nextLifeOfTheSupervisorEndsLeftoversAndKeepsTheBudget() throws Exception {
        // Does not care about its standard input, as if its supervisor's death had gone unnoticed.
        String deaf = ": > \"$MARK\"; while :; do sleep 600 & wait; done";
        House first = House.open(folder, Map.of(MEMORY, deaf));
        first.supervision.startAll();
        eventually(() -> first.in(ServiceState.HEALTHY, MEMORY));
        kill(first.pid(MEMORY));
        eventually(() -> first.in(ServiceState.RESTARTING, MEMORY));
        eventually(() -> first.in(ServiceState.HEALTHY, MEMORY));
        long leftover = first.pid(MEMORY);
        first.abandon();
        assertThat(session(leftover)).isNotEmpty();

        try (House second = House.open(folder, Map.of(MEMORY, deaf))) {
            second.supervision.startAll();
            assertThat(session(leftover)).isEmpty();
            assertThat(second.pid(MEMORY)).isNotEqualTo(leftover);
            assertThat(second.of(MEMORY).budget().attemptCount()).isEqualTo(1);
        }
    }

    @Test
    void recordOfAStrangerIsNeitherEndedNorTrusted() throws Exception {
        Process stranger = new ProcessBuilder("/bin/sleep", "600").start();
        try (House house = House.open(folder, Map.of(MEMORY, STEADY))) {
            Path file = house.home.pidFile(MEMORY);
            Files.createDirectories(file.getParent());
            new PidRecord(
                            stranger.pid(),
                            1,
                            Files.readString(Path.of("/proc/sys/kernel/random/boot_id"))
                                    .strip())
                    .write(file);
            house.supervision.startAll();
            eventually(() -> house.in(ServiceState.HEALTHY, MEMORY));
            assertThat(stranger.isAlive()).isTrue();
        } finally {
            stranger.destroyForcibly();
        }
    }

    @Test
    void stoppingLeavesNoProcessAndNoRecord() throws Exception {
        Set<Long> pids = new HashSet<>();
        House house = House.open(folder, Map.of(MEMORY, STEADY, ROUTER, STEADY, EXECUTOR, STEADY));
        try (house) {
            house.supervision.startAll();
            eventually(() -> house.in(ServiceState.HEALTHY, MEMORY, ROUTER, EXECUTOR));
            Stream.of(MEMORY, ROUTER, EXECUTOR).forEach(each -> pids.add(house.pid(each)));
        }
        assertThat(pids).hasSize(3).allSatisfy(pid -> assertThat(session(pid)).isEmpty());
        assertThat(house.home.pidFile(MEMORY).getParent()).isEmptyDirectory();
    }

    @Test
    void childThatIgnoresItsStopIsKilled() throws Exception {
        String stubborn = "trap '' TERM; : > \"$MARK\"; while :; do sleep 600; done";
        try (House house = House.open(folder, Map.of(MEMORY, stubborn))) {
            house.supervision.startAll();
            eventually(() -> house.in(ServiceState.HEALTHY, MEMORY));
            long pid = house.pid(MEMORY);
            AuditEvent.Origin origin = Supervision.ownOrigin("req_1");
            Order order = new Order(AuditEvent.of("sup.stop", origin), origin, null, "test");
            assertThat(house.supervision
                            .stop("memory-engine", order, Duration.ofMillis(300))
                            .killed())
                    .isTrue();
            assertThat(session(pid)).isEmpty();
        }
    }

    @Test
    void whatAKilledChildHasMadeADaemonEndsBeforeTheNextOneStarts() throws Exception {
        String daemonises = "setsid sh -c 'echo $$ >> \"$MARK.daemons\"; exec sleep 600' & : > \"$MARK\"; read -r line";
        List<Long> daemons = new ArrayList<>();
        try (House house = House.open(folder, Map.of(MEMORY, daemonises))) {
            house.supervision.startAll();
            eventually(() -> house.in(ServiceState.HEALTHY, MEMORY) && daemons().size() == 1);
            kill(house.pid(MEMORY));
            eventually(() -> daemons().size() == 2);
            daemons.addAll(daemons());
            assertThat(stat(daemons.getFirst()).filter(fields -> !fields[0].equals("Z")))
                    .as("the first daemon")
                    .isEmpty();
        }
        assertThat(daemons)
                .allSatisfy(pid -> assertThat(stat(pid).filter(fields -> !fields[0].equals("Z")))
                        .isEmpty());
    }

    private List<Long> daemons() {
        try {
            Path file = folder.resolve("memory-engine.well.daemons");
            return Files.exists(file)
                    ? Files.readAllLines(file).stream().map(Long::valueOf).toList()
                    : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void servicesStopBeforeWhatTheyNeed() throws Exception {
        String tellsItsEnd = "trap 'echo \"${MARK##*/}\" >> \"${MARK%/*}/ends\"; exit 0' TERM; : > \"$MARK\";"
                + " while :; do sleep 600 & wait; done";
        try (House house = House.open(
                folder,
                Map.of(MEMORY, tellsItsEnd, ServiceName.API_GATEWAY, tellsItsEnd, ServiceName.PIPECAT, tellsItsEnd))) {
            house.supervision.startAll();
            eventually(() -> house.in(ServiceState.HEALTHY, MEMORY, ServiceName.API_GATEWAY, ServiceName.PIPECAT));
        }
        assertThat(Files.readAllLines(folder.resolve("ends")))
                .containsExactly("pipecat.well", "api-gateway.well", "memory-engine.well");
    }

    @Test
    void fiftyRandomKillsLeaveNoOrphanNoZombieAndNoSecondProcess() throws Exception {
        String lives = "echo $$ >> \"$MARK.pids\"; sleep 600 & : > \"$MARK\"; read -r line";
        List<ServiceName> victims = List.of(MEMORY, ROUTER, EXECUTOR);
        String settings = "{\"restarts\":100,\"backoff_seconds\":[0],\"restart_window_seconds\":60}";
        Random random = new Random(20260131);
        Set<Long> started = new HashSet<>();
        try (House house = House.open(folder, settings, Map.of(MEMORY, lives, ROUTER, lives, EXECUTOR, lives))) {
            house.supervision.startAll();
            for (int i = 0; i < 50; i++) {
                ServiceName victim = victims.get(random.nextInt(victims.size()));
                eventually(() -> house.pid(victim) != 0);
                long pid = house.pid(victim);
                started.add(pid);
                kill(pid);
                eventually(() -> house.pid(victim) != pid);
                assertThat(running(victim)).as("processes of %s", victim).hasSizeLessThanOrEqualTo(1);
            }
            eventually(() -> house.in(ServiceState.HEALTHY, MEMORY, ROUTER, EXECUTOR));
            for (ServiceName victim : victims) {
                assertThat(running(victim)).containsExactly(house.pid(victim));
                started.add(house.pid(victim));
            }
            assertThat(started).hasSize(53);
            for (ServiceName victim : victims) {
                // One that was killed at once may not have come to writing itself down.
                assertThat(started).containsAll(pids(victim));
            }
            assertThat(zombies()).isEmpty();
        }
        assertThat(started).allSatisfy(pid -> assertThat(session(pid)).isEmpty());
    }

    /** The processes of a service that run, by what its script has written down. */
    private List<Long> running(ServiceName service) throws IOException {
        List<Long> running = new ArrayList<>();
        for (long pid : pids(service)) {
            if (stat(pid).filter(fields -> !fields[0].equals("Z")).isPresent()) {
                running.add(pid);
            }
        }
        return running;
    }

    private List<Long> pids(ServiceName service) throws IOException {
        Path file = folder.resolve(service.wireName() + ".well.pids");
        return Files.exists(file)
                ? Files.readAllLines(file).stream().map(Long::valueOf).toList()
                : List.of();
    }

    private static void kill(long pid) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }

    /** The processes of a session that run. */
    private static List<Long> session(long id) {
        return stats(fields -> fields[3].equals(Long.toString(id)) && !fields[0].equals("Z"));
    }

    private static List<Long> zombies() {
        String self = Long.toString(ProcessHandle.current().pid());
        return stats(fields -> fields[0].equals("Z") && fields[1].equals(self));
    }

    /** Processes by state, parent, group and session as proc(5) shows them. */
    private static List<Long> stats(Predicate<String[]> selected) {
        List<Long> found = new ArrayList<>();
        ProcessHandle.allProcesses()
                .forEach(process -> stat(process.pid()).filter(selected).ifPresent(fields -> found.add(process.pid())));
        return found;
    }

    private static Optional<String[]> stat(long pid) {
        try {
            String line = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return Optional.of(line.substring(line.lastIndexOf(')') + 2).split(" "));
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    private void eventually(BooleanSupplier condition) throws InterruptedException {
        long deadline = clock.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(clock.nanoTime() - deadline).as("time over").isNegative();
            clock.sleep(Duration.ofMillis(10));
        }
    }
}
