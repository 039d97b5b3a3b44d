package io.sonia.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar as it is shipped, in a process of its own that has nothing else. */
class VerifierJarIT {

    private static final int ENTRIES = 50_000;
    private static final long SECONDS = 120;

    @TempDir
    private Path folder;

    private record Answer(int exitCode, String text) {}

    private Answer run(List<String> options, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of(
                "-jar", Path.of("../dist/sonia-verifier.jar").toAbsolutePath().toString()));
        command.addAll(List.of(arguments));
        Path out = folder.resolve("out.txt");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
        return new Answer(process.exitValue(), Files.readString(out));
    }

    @Test
    void theJarRunsAlone() throws Exception {
        for (String name : Vectors.all().keySet()) {
            Files.write(folder.resolve(name), Vectors.bytes(name));
        }
        assertThat(run(List.of(), "export", "export-9-20.jsonl", "--key", "keys.txt"))
                .satisfies(answer -> assertThat(answer.exitCode()).isEqualTo(0))
                .satisfies(answer -> assertThat(answer.text()).startsWith("verified\n"));
        assertThat(run(List.of(), "export", "bad-gap.jsonl", "--key", "keys.txt")
                        .exitCode())
                .isEqualTo(1);
        assertThat(run(List.of(), "bundle", "incident.zip", "--key", "other-key.txt")
                        .exitCode())
                .isEqualTo(1);
        assertThat(run(List.of(), "export").exitCode()).isEqualTo(2);
        assertThat(run(List.of(), "export", "keys.txt", "--key", "keys.txt").exitCode())
                .isEqualTo(3);
    }

    @Test
    void anExportMuchLargerThanTheHeapIsStreamed() throws Exception {
        SampleNotary notary = SampleNotary.installation("a");
        Files.writeString(folder.resolve("keys.txt"), notary.verifierKey());
        Path file = folder.resolve("large.jsonl");
        writeLarge(file, notary);
        assertThat(Files.size(file)).isGreaterThan(40_000_000);
        assertThat(run(List.of("-Xmx16m"), "export", file.toString(), "--key", "keys.txt")
                        .exitCode())
                .isEqualTo(0);
    }

    private static void writeLarge(Path file, SampleNotary notary) throws IOException {
        SampleChain chain = new SampleChain("eva-os", ENTRIES);
        CompactRange range = new CompactRange();
        chain.leaves(ENTRIES).forEach(each -> range.addLeaf(Merkle.leaf(each)));
        SampleExport shape = new SampleExport(new SampleChain("eva-os", 1), notary, 1, 1, 1)
                .with("to_seq", (long) ENTRIES)
                .with("entry_count", (long) ENTRIES)
                .with("last_hash", chain.hash(ENTRIES))
                .with("checkpoint", notary.checkpoint("eva-os", range.tree()));
        MessageDigest digest = Merkle.sha256();
        try (OutputStream out = Files.newOutputStream(file);
                OutputStream digested = new DigestOutputStream(out, digest)) {
            digested.write(line(CanonicalJson.text(shape.header)));
            for (int seq = 1; seq <= ENTRIES; seq++) {
                digested.write(line(CanonicalJson.text(chain.entry(seq))));
            }
            out.write(line("{\"entries\":%d,\"last_hash\":\"%s\",\"sha256\":\"%s\"}"
                    .formatted(ENTRIES, chain.hash(ENTRIES), HexFormat.of().formatHex(digest.digest()))));
        }
    }

    private static byte[] line(String text) {
        return (text + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
