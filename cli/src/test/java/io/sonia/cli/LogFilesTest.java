package io.sonia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.ServiceName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reading the end of log files, and what is added to them, across rotation. */
class LogFilesTest {

    @TempDir
    Path folder;

    private Path log;

    @BeforeEach
    void makeFile() throws IOException {
        log = folder.resolve("x.log");
        Files.writeString(log, "");
    }

    @Test
    void lastLinesComeFromTheEnd() throws IOException {
        add(IntStream.range(0, 20_000).mapToObj(i -> "line " + i).toArray(String[]::new));

        assertThat(LogTail.last(log, 3)).containsExactly("line 19997", "line 19998", "line 19999");
        assertThat(LogTail.last(log, 20_000)).hasSize(20_000);
        assertThat(LogTail.last(log, 0)).isEmpty();
        assertThat(LogTail.last(folder.resolve("none.log"), 5)).isEmpty();
    }

    @Test
    void shortFileIsFilledUpFromTheRotatedOnes() throws IOException {
        Files.writeString(folder.resolve("x.log.2"), "a\nb\n");
        Files.writeString(folder.resolve("x.log.1"), "c\nd\n");
        add("e");

        assertThat(LogTail.last(log, 4)).containsExactly("b", "c", "d", "e");
    }

    @Test
    void linesOfSeveralServicesAreInOrderOfTime() throws IOException {
        Workplace place = Captured.terminal().place(folder, Map.of());
        Files.createDirectories(place.home().log(ServiceName.EVA_OS).getParent());
        Files.writeString(place.home().log(ServiceName.EVA_OS), line("08:00:01", "one") + line("08:00:03", "three"));
        Files.writeString(place.home().log(ServiceName.OPENCLAW), line("08:00:02", "two"));

        assertThat(new LogTail(place).merged(List.of(ServiceName.EVA_OS, ServiceName.OPENCLAW), 2))
                .extracting(line -> line.shown(place.screen()))
                .satisfiesExactly(
                        shown -> assertThat(shown).contains("two"),
                        shown -> assertThat(shown).contains("three"));
    }

    @Test
    void followerSeesOnlyWhatIsAddedAndOnlyWholeLines() throws IOException {
        add("before");
        LogFollower follower = new LogFollower(log);

        Files.writeString(log, "one\ntw", StandardOpenOption.APPEND);
        assertThat(follower.poll()).containsExactly("one");
        Files.writeString(log, "o\n", StandardOpenOption.APPEND);
        assertThat(follower.poll()).containsExactly("two");
        assertThat(follower.poll()).isEmpty();
    }

    @Test
    void followerGoesOnAfterRotation() throws IOException {
        LogFollower follower = new LogFollower(log);
        add("one");
        Files.move(log, folder.resolve("x.log.1"));
        assertThat(follower.poll()).containsExactly("one");

        Files.writeString(folder.resolve("x.log.1"), "late\n", StandardOpenOption.APPEND);
        Files.writeString(log, "new\n");
        assertThat(follower.poll()).containsExactly("late", "new");
    }

    @Test
    void fileThatAppearsLaterIsReadWhole() throws IOException {
        Path later = folder.resolve("later.log");
        LogFollower follower = new LogFollower(later);
        assertThat(follower.poll()).isEmpty();

        Files.writeString(later, "first\n");
        assertThat(follower.poll()).containsExactly("first");
    }

    private void add(String... lines) throws IOException {
        Files.writeString(log, String.join("\n", lines) + "\n", StandardOpenOption.APPEND);
    }

    private static String line(String time, String message) {
        return "{\"timestamp\":\"2026-01-31T" + time + ".000Z\",\"message\":\"" + message + "\"}\n";
    }
}
