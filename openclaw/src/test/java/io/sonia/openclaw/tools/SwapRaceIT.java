package io.sonia.openclaw.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Threads;
import io.sonia.kernel.process.Command;
import io.sonia.kernel.process.Processes;
import io.sonia.openclaw.sandbox.TestHouse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Somebody swaps names for links, second names and pipes as fast as they can while tools work: no tool ever gets outside,
 * and none waits for a pipe.
 */
@Timeout(120)
class SwapRaceIT {

    private static final int ROUNDS = 2_000;
    private static final int MOST_TIMES = 100;
    private static final int SYNCED_ROUNDS = 400;
    private static final Set<ErrorCode> REFUSALS = Set.of(
            ErrorCode.SYMLINK_DENIED,
            ErrorCode.TOOL_FAILED,
            ErrorCode.PATH_OUTSIDE_SANDBOX,
            ErrorCode.VERIFICATION_FAILED);

    @TempDir
    private Path folder;

    private TestHouse house;
    private final AtomicBoolean stop = new AtomicBoolean();
    private Thread attacker;
    private final Map<ErrorCode, Integer> met = new EnumMap<>(ErrorCode.class);

    @BeforeEach
    void build() throws IOException {
        house = new TestHouse(folder);
        Files.createDirectories(house.workspace.resolve("real"));
        Files.writeString(house.workspace.resolve("real/secret.txt"), "harmless");
        Files.writeString(house.workspace.resolve("plain.txt"), "harmless");
    }

    @AfterEach
    void end() throws InterruptedException {
        stop.set(true);
        attacker.join();
    }

    /** Swaps {@code name} between two things by renames, which is as fast and as atomic as it gets. */
    private void attack(Path name, Path first, Path second) {
        attacker = Threads.platform("attacker", () -> {
            while (!stop.get()) {
                swap(first, name);
                swap(second, name);
            }
        });
    }

    private void swap(Path thing, Path name) {
        try {
            Files.move(thing, name, StandardCopyOption.ATOMIC_MOVE);
            Files.move(name, thing, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException inTheWay) {
            // The tool under attack has made something of that name while it was free.
            name.toFile()
                    .renameTo(
                            house.workspace.resolve(house.ids().next("trash-")).toFile());
        }
    }

    private void attackFolder() throws IOException {
        Path link = Files.createSymbolicLink(house.workspace.resolve("evil"), house.outside);
        attack(house.workspace.resolve("dir"), house.workspace.resolve("real"), link);
    }

    private void attackFile(Path evil) {
        attack(house.workspace.resolve("file.txt"), house.workspace.resolve("plain.txt"), evil);
    }

    private Path link() throws IOException {
        return Files.createSymbolicLink(house.workspace.resolve("evil"), house.outside.resolve("secret.txt"));
    }

    private Path secondName() throws IOException {
        return Files.createLink(house.workspace.resolve("evil"), house.outside.resolve("secret.txt"));
    }

    private Path pipe() throws IOException {
        Path pipe = house.workspace.resolve("evil");
        new Processes(Clock.system())
                .spawn(new Command(List.of("/usr/bin/mkfifo", pipe.toString()), Map.of(), house.workspace, null))
                .exit()
                .join();
        return pipe;
    }

    private interface Attempt {
        Tools.Done make() throws IOException;
    }

    /** What the tool gave back, or null for a refusal of the right kind. */
    private Tools.Done attempt(Attempt attempt) {
        try {
            Tools.Done done = attempt.make();
            met.merge(ErrorCode.OK, 1, Integer::sum);
            return done;
        } catch (SoniaException e) {
            assertThat(e.code()).isIn(REFUSALS);
            met.merge(e.code(), 1, Integer::sum);
        } catch (IOException gone) {
            met.merge(ErrorCode.TOOL_FAILED, 1, Integer::sum);
        }
        return null;
    }

    /** So many rounds, and more until the race was won and lost. */
    private boolean goesOn(int round, int rounds) {
        boolean both = met.containsKey(ErrorCode.OK) && met.containsKey(ErrorCode.TOOL_FAILED);
        return round < rounds || (!both && round < rounds * MOST_TIMES);
    }

    private void untouchedOutside() throws IOException {
        assertThat(house.outside.resolve("secret.txt")).hasContent(TestHouse.SECRET);
        try (Stream<Path> outside = Files.list(house.outside)) {
            assertThat(outside).containsExactly(house.outside.resolve("secret.txt"));
        }
        assertThat(met).as("the race was won and lost").containsKeys(ErrorCode.OK, ErrorCode.TOOL_FAILED);
    }

    @Test
    void readingThroughASwappedFolderNeverLeavesTheSandbox() throws IOException {
        attackFolder();
        FileRead read = new FileRead(house.sandbox, 1 << 20);
        for (int i = 0; goesOn(i, ROUNDS); i++) {
            Tools.Done done = attempt(() -> Tools.call(read, "{'path':'dir/secret.txt'}", house.run()));
            if (done != null) {
                assertThat(done.<FileRead.Result>result().content()).isEqualTo("harmless");
            }
        }
        untouchedOutside();
    }

    @Test
    void readingAFileSwappedForALinkNeverLeavesTheSandbox() throws IOException {
        attackFile(link());
        readsOnlyWhatIsHarmless();
    }

    @Test
    void readingAFileSwappedForASecondNameNeverLeavesTheSandbox() throws IOException {
        attackFile(secondName());
        readsOnlyWhatIsHarmless();
    }

    @Test
    void readingAFileSwappedForAPipeNeverWaits() throws IOException {
        attackFile(pipe());
        readsOnlyWhatIsHarmless();
    }

    @Test
    void enteringAFolderSwappedForAPipeNeverWaits() throws IOException {
        attack(house.workspace.resolve("dir"), house.workspace.resolve("real"), pipe());
        FileList list = new FileList(house.sandbox);
        for (int i = 0; goesOn(i, ROUNDS); i++) {
            attempt(() -> Tools.call(list, "{'path':'dir'}", house.run()));
        }
        untouchedOutside();
    }

    @Test
    void addingCopyingAndMovingNeverLeaveTheSandbox() throws IOException {
        attackFolder();
        FileChanges changes = new FileChanges(house.sandbox, 1 << 20, house.ids());
        FileAppend append = new FileAppend(changes);
        FileCopy copy = new FileCopy(changes);
        FileMove move = new FileMove(changes);
        Files.writeString(house.workspace.resolve("source.txt"), "harmless");
        for (int i = 0; goesOn(i, SYNCED_ROUNDS / 4); i++) {
            attempt(() -> Tools.call(append, "{'path':'dir/secret.txt','content':'.'}", house.run()));
            attempt(() -> Tools.call(
                    copy, "{'source':'source.txt','destination':'dir/secret.txt','overwrite':true}", house.run()));
            attempt(() -> Tools.call(
                    copy, "{'source':'dir/secret.txt','destination':'copy.txt','overwrite':true}", house.run()));
            attempt(() -> Tools.call(
                    move, "{'source':'dir/secret.txt','destination':'taken.txt','overwrite':true}", house.run()));
            for (String name : List.of("copy.txt", "taken.txt")) {
                Path came = house.workspace.resolve(name);
                assertThat(!Files.exists(came) || !Files.readString(came).contains(TestHouse.SECRET))
                        .as(name)
                        .isTrue();
            }
        }
        untouchedOutside();
    }

    private void readsOnlyWhatIsHarmless() throws IOException {
        FileRead read = new FileRead(house.sandbox, 1 << 20);
        for (int i = 0; goesOn(i, ROUNDS); i++) {
            Tools.Done done = attempt(() -> Tools.call(read, "{'path':'file.txt'}", house.run()));
            if (done != null) {
                assertThat(done.<FileRead.Result>result().content()).isEqualTo("harmless");
            }
        }
        untouchedOutside();
    }

    @Test
    void writingThroughASwappedFolderNeverLeavesTheSandbox() throws IOException {
        attackFolder();
        FileWrite write = new FileWrite(new FileChanges(house.sandbox, 1 << 20, house.ids()));
        for (int i = 0; goesOn(i, SYNCED_ROUNDS); i++) {
            attempt(() ->
                    Tools.call(write, "{'path':'dir/new/evil.txt','content':'x','create_parents':true}", house.run()));
            attempt(() -> Tools.call(write, "{'path':'dir/secret.txt','content':'harmless'}", house.run()));
        }
        untouchedOutside();
    }

    @Test
    void listingASwappedFolderNeverLeavesTheSandbox() throws IOException {
        Files.writeString(house.workspace.resolve("real/inside.txt"), "harmless");
        attackFolder();
        FileList list = new FileList(house.sandbox);
        for (int i = 0; goesOn(i, ROUNDS); i++) {
            Tools.Done done = attempt(() -> Tools.call(list, "{'path':'dir'}", house.run()));
            if (done != null) {
                assertThat(done.<FileList.Result>result().entries())
                        .extracting(FileList.Item::name)
                        .containsExactly("inside.txt", "secret.txt");
            }
        }
        untouchedOutside();
    }
}
