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

class MainTest {

    private final SampleNotary notary = SampleNotary.installation("a");
    private final SampleChain chain = new SampleChain("eva-os", 20);

    @TempDir
    private Path folder;

    private String keys;

    @BeforeEach
    void writeKeys() throws IOException {
        keys = write("keys.txt", notary.verifierKey() + notary.bundleKey().verifierKey());
    }

    private String write(String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content).toString();
    }

    private String write(String name, String content) throws IOException {
        return write(name, content.getBytes(StandardCharsets.UTF_8));
    }

    private record Answer(int exitCode, String out, String err) {

        Map<String, Object> json() {
            return Json.parseObject(out.getBytes(StandardCharsets.UTF_8)).members();
        }
    }

    private static Answer run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exitCode = Main.run(arguments, new PrintStream(out, true), new PrintStream(err, true));
        return new Answer(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private Answer verify(String... arguments) {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.addAll(List.of("--key", keys, "--json"));
        return run(all.toArray(String[]::new));
    }

    @Test
    void eachKindOfFileVerifies() throws IOException {
        String export = write("e.jsonl", new SampleExport(chain, notary, 4, 9, 20).sealed());
        String tiles = write("t.zip", SampleTiles.of(chain, notary, 20).bytes());
        String proof = write("p.json", SampleProof.bundle(chain.entry(6), SampleProof.text(chain, notary, 6, 20)));
        String bare = write("p.tlog-proof", SampleProof.text(chain, notary, 6, 20));
        String checkpoint = write("c.txt", notary.checkpoint("eva-os", chain.tree(20)));
        String bundle = write(
                "i.zip",
                new SampleIncident()
                        .with("audit/eva-os.jsonl", new SampleExport(chain, notary, 4, 9, 20).sealed())
                        .signed(notary.bundleKey())
                        .bytes());
        assertThat(verify("export", export).json())
                .containsEntry("verified", true)
                .containsEntry("exit_code", 0L)
                .containsEntry("chain", "eva-os")
                .containsEntry("from_seq", 4L)
                .containsEntry("to_seq", 9L)
                .containsEntry("attested_to", 9L)
                .containsEntry("checkpoint_size", 20L);
        assertThat(verify("tiles", tiles).json()).containsEntry("checkpoint_size", 20L);
        assertThat(verify("proof", proof).json()).containsEntry("seq", 6L).containsEntry("entry_included", true);
        assertThat(verify("proof", bare).json()).containsEntry("seq", 6L).containsEntry("entry_included", false);
        assertThat(verify("checkpoint", checkpoint).json())
                .containsEntry("verified", true)
                .containsEntry("origin", notary.name() + "/eva-os");
        assertThat(verify("bundle", bundle).json())
                .containsEntry("verified", true)
                .containsEntry("incident_id", "inc_1")
                .containsKeys("omitted", "audit");
        assertThat(run("export", export, "--key", keys).out()).startsWith("verified\n");
    }

    @Test
    void whatDoesNotVerifyIsOneAndNamed() throws IOException {
        SampleExport broken = new SampleExport(chain, notary, 4, 9, 20);
        broken.lines.remove(2);
        String file = write("e.jsonl", broken.sealed());
        Answer answer = verify("export", file);
        assertThat(answer.exitCode()).isEqualTo(1);
        assertThat(answer.json())
                .containsEntry("verified", false)
                .containsEntry("first_bad_seq", 6L)
                .containsEntry("reason", "gap");
        assertThat(run("export", file, "--key", keys).out()).startsWith("NOT VERIFIED\n");
        String tail = write("t.jsonl", new SampleExport(chain, notary, 4, 9, 7).sealed());
        assertThat(verify("export", tail).exitCode()).isEqualTo(1);
        assertThat(verify("export", tail, "--allow-unattested").json())
                .containsEntry("verified", true)
                .containsEntry("attested_to", 7L);
    }

    @Test
    void wrongUseIsTwo() {
        for (String[] arguments : new String[][] {
            {},
            {"help"},
            {"export"},
            {"export", "x"},
            {"export", "x", "--key"},
            {"export", "x", "y", "--key", keys},
            {"compare", "x", "--key", keys},
            {"export", "x", "--key", keys, "--loud"},
            {"Export", "x", "--key", keys}
        }) {
            Answer answer = run(arguments);
            assertThat(answer.exitCode()).isEqualTo(2);
            assertThat(answer.err()).contains("usage:");
            assertThat(answer.out()).isEmpty();
        }
    }

    @Test
    void whatCannotBeReadOrIsNothingKnownIsThree() throws IOException {
        String empty = write("empty", "");
        String rubbish = write("rubbish", "rubbish\n");
        String zip = write("z.zip", new SampleZip().with("x", "x").bytes());
        for (String command : List.of("export", "tiles", "proof", "bundle", "checkpoint")) {
            for (String file :
                    List.of(empty, rubbish, zip, folder.resolve("none").toString(), folder.toString(), "\0")) {
                Answer answer = verify(command, file);
                assertThat(answer.exitCode()).as(command + " " + file).isEqualTo(3);
                assertThat(answer.json()).containsEntry("verified", false);
                assertThat(answer.err()).isEmpty();
            }
        }
        String checkpoint = write("c.txt", notary.checkpoint("eva-os", chain.tree(20)));
        for (String key : List.of(
                empty, rubbish, folder.toString(), folder.resolve("none").toString())) {
            assertThat(run("checkpoint", checkpoint, "--key", key).exitCode()).isEqualTo(3);
        }
    }

    @Test
    void whatAFileSaysDoesNotSteerTheTerminal() throws IOException {
        SampleIncident incident = new SampleIncident();
        incident.manifest.put("incident_id", "\u001b[2J\u009b\u202e");
        String file = write("i.zip", incident.signed(notary.bundleKey()).bytes());
        assertThat(run("bundle", file, "--key", keys).out()).matches("[\\n\\x20-\\x7e]*");
    }
}
