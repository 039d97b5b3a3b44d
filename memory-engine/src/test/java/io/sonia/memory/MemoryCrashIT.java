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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryCrashIT {

    private static final int LIVES = 3;
    private static final int STORES_PER_LIFE = 400;
    private static final int DOCUMENTS_PER_LIFE = 40;

    @TempDir
    Path folder;

    @Test
    void whatWasAcknowledgedBeforeAKillIsFoundAfterIt() throws Exception {
        Path database = folder.resolve("sonia.db");
        Map<String, String> acknowledged = new LinkedHashMap<>();
        for (int life = 0; life < LIVES; life++) {
            acknowledged.putAll(storeAndKill(database, STORES_PER_LIFE, String.valueOf((char) ('p' + life))));
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

    @Test
    void aDocumentIsThereWholeOrNotAtAllAfterAKillAndThereIfItWasAcknowledged() throws Exception {
        Path database = folder.resolve("documents.db");
        Map<String, String> acknowledged = new LinkedHashMap<>();
        for (int life = 0; life < 2; life++) {
            String prefix = String.valueOf((char) ('p' + life));
            acknowledged.putAll(storeAndKill(database, DOCUMENTS_PER_LIFE, prefix, "documents"));
            try (MemoryFixture fixture = new MemoryFixture(database, Clock.system())) {
                Map<String, Long> pieces = pieces(fixture);
                assertThat(pieces.values()).containsOnly((long) StoringProcess.PAGES);
                assertThat(pieces).containsKeys(acknowledged.keySet().toArray(String[]::new));
                acknowledged.forEach((id, word) -> assertThat(fixture.search(word))
                        .isNotEmpty()
                        .allSatisfy(hit -> assertThat(hit.metadata()).containsEntry("doc_id", id)));
                Stats stats = fixture.memories.stats();
                assertThat(stats.chunks()).isEqualTo(stats.totalMemories());
                assertThat(stats.index().keywordDocs()).isEqualTo(stats.totalMemories());
                assertThat(fixture.journal.chain().verify(null, null).valid()).isTrue();
            }
        }
        assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(2 * DOCUMENTS_PER_LIFE);
    }

    /** The number of pieces in the ledger of each document that there is. */
    private static Map<String, Long> pieces(MemoryFixture fixture) {
        Map<String, Long> pieces = new LinkedHashMap<>();
        fixture.journal.read(sql -> sql.list(
                "SELECT d.doc_id AS doc_id, count(l.id) AS pieces FROM workspace_documents d"
                        + " LEFT JOIN workspace_chunks c ON c.doc_id = d.doc_id LEFT JOIN ledger l ON l.id = c.chunk_id"
                        + " GROUP BY d.doc_id",
                row -> pieces.put(row.text("doc_id"), row.number("pieces"))));
        return pieces;
    }

    /** What a process printed before it was killed in the middle of storing: word by id. */
    private static Map<String, String> storeAndKill(Path database, int count, String... words)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                StoringProcess.class.getName(),
                database.toString()));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command)
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
                if (acknowledged.size() == count) {
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
