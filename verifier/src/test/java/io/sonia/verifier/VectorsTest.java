package io.sonia.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The published vectors are what the generator makes, and each is answered as docs/audit-format.md says. */
class VectorsTest {

    @TempDir
    private Path folder;

    @BeforeEach
    void unpack() throws IOException {
        for (String name : Vectors.all().keySet()) {
            Files.write(folder.resolve(name), Vectors.bytes(name));
        }
    }

    private Map<String, Object> run(String command, String... files) {
        List<String> arguments = new ArrayList<>(List.of(command, "--json"));
        Arrays.stream(files).map(each -> folder.resolve(each).toString()).forEach(arguments::add);
        arguments.addAll(List.of("--key", folder.resolve("keys.txt").toString()));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Main.run(arguments.toArray(String[]::new), new PrintStream(out, true), System.err);
        return Json.parseObject(out.toString(StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8))
                .members();
    }

    @Test
    void theGeneratorMakesThem() {
        Vectors.all()
                .forEach((name, content) ->
                        assertThat(Vectors.bytes(name)).as(name).isEqualTo(content));
    }

    @Test
    void theRightOnesVerify() {
        assertThat(run("checkpoint", "checkpoint.txt")).containsEntry("exit_code", 0L);
        assertThat(run("checkpoint", "checkpoint-cosigned.txt"))
                .containsEntry("exit_code", 0L)
                .containsKey("cosignatures");
        assertThat(run("export", "export-1-8.jsonl")).containsEntry("exit_code", 0L);
        assertThat(run("export", "export-9-20.jsonl"))
                .containsEntry("exit_code", 0L)
                .containsEntry("consistent_from", 8L);
        assertThat(run("proof", "proof-6.json")).containsEntry("exit_code", 0L);
        assertThat(run("proof", "proof-6.tlog-proof")).containsEntry("exit_code", 0L);
        assertThat(run("tiles", "tiles.zip")).containsEntry("exit_code", 0L);
        assertThat(run("bundle", "incident.zip")).containsEntry("exit_code", 0L);
        assertThat(run("compare", "export-1-8.jsonl", "export-9-20.jsonl")).containsEntry("exit_code", 0L);
    }

    @Test
    void theWrongOnesAreNamed() {
        assertThat(run("export", "bad-field.jsonl"))
                .containsEntry("exit_code", 1L)
                .containsEntry("reason", "hash_mismatch")
                .containsEntry("first_bad_seq", 12L);
        assertThat(run("export", "bad-gap.jsonl"))
                .containsEntry("exit_code", 1L)
                .containsEntry("reason", "gap")
                .containsEntry("first_bad_seq", 12L);
        assertThat(run("export", "bad-root.jsonl"))
                .containsEntry("exit_code", 1L)
                .containsEntry("reason", "root_mismatch");
        assertThat(run("export", "export-tail.jsonl"))
                .containsEntry("exit_code", 1L)
                .containsEntry("reason", "unattested")
                .containsEntry("first_bad_seq", 6L);
        assertThat(run("compare", "export-9-20.jsonl", "export-1-8.jsonl"))
                .containsEntry("exit_code", 1L)
                .containsEntry("reason", "cut")
                .containsEntry("first_bad_seq", 9L);
    }
}
