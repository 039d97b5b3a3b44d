package io.sonia.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.memory.SearchHit;
import io.sonia.contracts.memory.Stats;
import io.sonia.kernel.Clock;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryCrashIT {

    private static final int LIVES = 3;
    private static final int STORES_PER_LIFE = 400;

    @TempDir
    Path folder;

    @Test
    void whatWasAcknowledgedBeforeAKillIsFoundAfterIt() throws Exception {
        Path database = folder.resolve("sonia.db");
        Map<String, String> acknowledged = new LinkedHashMap<>();
        for (int life = 0; life < LIVES; life++) {
            acknowledged.putAll(storeAndKill(database, String.valueOf((char) ('p' + life))));
            try (MemoryFixture fixture = new MemoryFixture(database, Clock.system())) {
                acknowledged.forEach((id, word) -> {
                    assertThat(fixture.search(word)).extracting(SearchHit::id).containsExactly(id);
                    assertThat(fixture.memories.recall(id).content()).isEqualTo("the word is " + word);
                });
                Stats stats = fixture.memories.stats();
                assertThat(stats.totalMemories()).isGreaterThanOrEqualTo(acknowledged.size());
                assertThat(stats.index().keywordDocs()).isEqualTo(stats.totalMemories());
                assertThat((long) fixture.journal.read(Vectors::pending)).isEqualTo(stats.totalMemories());
                assertThat(fixture.journal.chain().verify(null, null).valid()).isTrue();
            }
        }
        assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(LIVES * STORES_PER_LIFE);
    }

    /** What a process printed before it was killed in the middle of storing: word by id. */
    private static Map<String, String> storeAndKill(Path database, String prefix)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StoringProcess.class.getName(),
                        database.toString(),
                        prefix))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Map<String, String> acknowledged = new LinkedHashMap<>();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String last = null;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (last != null) {
                    acknowledged.put(last.substring(0, last.indexOf(' ')), last.substring(last.indexOf(' ') + 1));
                }
                last = line; // the very last line may be half a line
                if (acknowledged.size() == STORES_PER_LIFE) {
                    process.toHandle().destroyForcibly(); // unlike the process's own, leaves its output readable
                }
            }
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(128 + 9);
        return acknowledged;
    }
}
