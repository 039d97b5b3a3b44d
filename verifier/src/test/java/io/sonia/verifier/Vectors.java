package io.sonia.verifier;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The files in {@code src/test/resources/vectors}: one of each kind, right ones and wrong ones, made the same at each
 * run by keys that are no secret. {@code main} writes them.
 */
final class Vectors {

    static final SampleNotary NOTARY = SampleNotary.installation("of the vectors");
    static final SampleChain CHAIN = new SampleChain("eva-os", 20);

    private static final Path FOLDER = Path.of("src/test/resources/vectors");

    private Vectors() {}

    /**
     * Writes all of them.
     *
     * @param arguments the module's folder
     */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]).resolve(FOLDER);
        Files.createDirectories(folder);
        for (Map.Entry<String, byte[]> each : all().entrySet()) {
            Files.write(folder.resolve(each.getKey()), each.getValue());
        }
    }

    /** A file as it is in the repository. */
    static byte[] bytes(String name) {
        try (InputStream in = Vectors.class.getResourceAsStream("/vectors/" + name)) {
            return in == null ? new byte[0] : in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String text(String name) {
        return new String(bytes(name), StandardCharsets.UTF_8);
    }

    static Map<String, byte[]> all() {
        SampleNotary witness = SampleNotary.witness("witness.example/w1");
        SampleNotary bundleKey = NOTARY.bundleKey();
        Map<String, byte[]> files = new LinkedHashMap<>();
        put(files, "keys.txt", NOTARY.verifierKey() + bundleKey.verifierKey() + witness.verifierKey());
        put(files, "other-key.txt", SampleNotary.installation("of another").verifierKey());
        String checkpoint = NOTARY.checkpoint("eva-os", CHAIN.tree(20));
        put(files, "checkpoint.txt", checkpoint);
        String body = NOTARY.body("eva-os", CHAIN.tree(20));
        put(files, "checkpoint-cosigned.txt", checkpoint + witness.cosignatureLine(body, 1_767_225_600));
        files.put("export-1-8.jsonl", new SampleExport(CHAIN, NOTARY, 1, 8, 8).sealed());
        files.put("export-9-20.jsonl", export().sealed());
        files.put("export-tail.jsonl", new SampleExport(CHAIN, NOTARY, 3, 6, 5).sealed());
        put(files, "proof-6.json", SampleProof.bundle(CHAIN.entry(6), SampleProof.text(CHAIN, NOTARY, 6, 20)));
        put(files, "proof-6.tlog-proof", SampleProof.text(CHAIN, NOTARY, 6, 20));
        files.put("tiles.zip", SampleTiles.of(CHAIN, NOTARY, 20).bytes());
        files.put(
                "incident.zip",
                new SampleIncident()
                        .with("audit/eva-os.jsonl", new SampleExport(CHAIN, NOTARY, 3, 6, 20).sealed())
                        .with("logs/eva-os.log", "{}\n".getBytes(StandardCharsets.UTF_8))
                        .signed(bundleKey)
                        .bytes());
        SampleChain rewritten = new SampleChain("eva-os", 20);
        rewritten.rewrite(12, "outcome", "TIMEOUT");
        files.put("bad-field.jsonl", badField());
        SampleExport gap = export();
        gap.lines.remove(3);
        files.put("bad-gap.jsonl", gap.sealed());
        files.put(
                "bad-root.jsonl",
                new SampleExport(rewritten, NOTARY, 9, 20, 20)
                        .with("checkpoint", checkpoint)
                        .sealed());
        return files;
    }

    private static SampleExport export() {
        return new SampleExport(CHAIN, NOTARY, 9, 20, 20).after(CHAIN, NOTARY, 8, 20);
    }

    private static byte[] badField() {
        Map<String, Object> entry = CHAIN.entry(12);
        entry.put("actor_id", "operator-2");
        return export().line(3, line -> CanonicalJson.text(entry)).sealed();
    }

    private static void put(Map<String, byte[]> files, String name, String text) {
        files.put(name, text.getBytes(StandardCharsets.UTF_8));
    }
}
