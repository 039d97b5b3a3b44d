package io.sonia.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.sonia.kernel.Clock;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a writing process again and again, and looks for what it had acknowledged. */
class CrashIT {

    private static final int ROUNDS = 20;

    @TempDir
    Path folder;

    @Test
    void killedProcessLosesNothingItAcknowledged() throws IOException, InterruptedException {
        Random random = new Random(4711);
        List<String> acknowledged = new ArrayList<>();
        for (int round = 1; round <= ROUNDS; round++) {
            Process child = start(List.of(), "round" + round);
            try (BufferedReader lines = child.inputReader()) {
                int enough = 1 + random.nextInt(400);
                List<String> acks = new ArrayList<>();
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    acks.add(line);
                    if (acks.size() == enough) {
                        child.toHandle().destroyForcibly(); // unlike Process, it leaves the pipe to be read
                    }
                }
                assertThat(acks)
                        .as("round %d: %s", round, Files.readString(folder.resolve("stderr")))
                        .hasSizeGreaterThanOrEqualTo(enough);
                acknowledged.addAll(acks);
            }
            assertThat(child.waitFor()).isEqualTo(128 + 9);
            assertAllThere(acknowledged);
        }
    }

    @Test
    void writeErrorEndsTheProcessAndLosesNothingAcknowledged() throws IOException, InterruptedException {
        start(List.of(), "first").destroyForcibly().waitFor();
        Process child = start(List.of("sh", "-c", "ulimit -f 4096 && exec \"$@\"", "sh"), "limited");
        List<String> lines;
        try (BufferedReader out = child.inputReader()) {
            lines = out.lines().toList();
        }

        assertThat(child.waitFor()).isEqualTo(CrashingWriter.STORAGE_FAILED);
        // Whoever was told that its work is durable may say so after the next one has failed.
        List<String> acknowledged =
                lines.stream().filter(each -> each.startsWith("ack ")).toList();
        assertThat(acknowledged).hasSizeGreaterThan(10);
        assertThat(lines)
                .filteredOn(each -> !each.startsWith("ack "))
                .singleElement(STRING)
                .startsWith("fatal ")
                .contains("sonia.db");
        assertAllThere(acknowledged);
    }

    private Process start(List<String> before, String prefix) throws IOException {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                CrashingWriter.class.getName(),
                database().toString(),
                prefix));
        return new ProcessBuilder(command)
                .redirectError(folder.resolve("stderr").toFile())
                .start();
    }

    private Path database() {
        return folder.resolve("data/sonia.db");
    }

    /** Each acknowledged work has both its row and its entry, and no work has only one of them. */
    private void assertAllThere(List<String> acknowledged) {
        Clock clock = Clock.system();
        JournalOptions options =
                JournalOptions.of(UnaryOperator.identity(), reason -> {}).diskFloorBytes(0);
        try (Journal journal =
                SqliteJournal.open(database(), ServiceName.EVA_OS, Samples.SCHEMA, clock, new Hlc(clock), options)) {
            AuditChain.Verification chain = journal.chain().verify(null, null);
            assertThat(chain.valid()).as("%s", chain).isTrue();
            List<String> found = journal.read(sql -> sql.list(
                    "SELECT e.seq, t.task_id FROM tasks t JOIN audit_entries e ON e.resource_id = t.task_id",
                    row -> "ack " + row.number("seq") + " " + row.text("task_id")));
            assertThat(found).containsAll(acknowledged);
            assertThat(Samples.count(journal, "tasks"))
                    .isEqualTo(journal.chain().head().size());
            assertThat(found).hasSize((int) journal.chain().head().size());
        }
    }
}
