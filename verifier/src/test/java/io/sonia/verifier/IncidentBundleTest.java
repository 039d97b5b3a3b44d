package io.sonia.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IncidentBundleTest {

    private final SampleNotary notary = SampleNotary.installation("a");
    private final SampleNotary bundleKey = notary.bundleKey();
    private final SampleChain chain = new SampleChain("eva-os", 12);

    @TempDir
    private Path folder;

    private Attempt attempt(byte[] archive, String... keys) throws IOException {
        Path file = Files.write(folder.resolve("incident.zip"), archive);
        return Attempt.of(() -> {
            try (FileTree files = new Archive(file)) {
                IncidentBundle.verify(files, KeyRing.parse(List.of(keys)), false, new Report());
            }
        });
    }

    private Attempt attempt(byte[] archive) throws IOException {
        return attempt(archive, notary.verifierKey(), bundleKey.verifierKey());
    }

    private SampleIncident incident() {
        return new SampleIncident()
                .with("audit/eva-os.jsonl", new SampleExport(chain, notary, 3, 6, 12).sealed())
                .with("logs/eva-os.log", "{}\n".getBytes(StandardCharsets.UTF_8))
                .with("config/sonia-config.json", new byte[0]);
    }

    @Test
    void aSignedBundleVerifies() throws IOException {
        attempt(incident().signed(bundleKey).bytes()).isVerified();
    }

    @Test
    void everyChangedByteOfEveryFileIsFound() throws IOException {
        SampleZip whole = incident().signed(bundleKey);
        for (String name : List.copyOf(whole.files.keySet())) {
            byte[] content = whole.files.get(name);
            for (int at = 0; at < content.length; at += name.startsWith("audit") ? 17 : 1) {
                byte[] changed = content.clone();
                changed[at] ^= (byte) (1 << at % 8);
                assertThat(attempt(whole.with(name, changed).bytes()).verified())
                        .as(name + " " + at)
                        .isFalse();
            }
            whole.with(name, content);
        }
    }

    @Test
    void filesMissingOrAddedAreNamed() throws IOException {
        for (String name : List.of("audit/eva-os.jsonl", "logs/eva-os.log", "manifest.sig")) {
            attempt(incident().signed(bundleKey).without(name).bytes()).isRefused(Reason.MISSING_FILE);
        }
        attempt(incident().signed(bundleKey).without("manifest.json").bytes()).isRefused(Reason.UNKNOWN_FORMAT);
        attempt(incident().signed(bundleKey).with("logs/more.log", new byte[0]).bytes())
                .isRefused(Reason.EXTRA_FILE);
    }

    @Test
    void onlyTheBundleKeyOfTheInstallationCounts() throws IOException {
        byte[] whole = incident().signed(bundleKey).bytes();
        attempt(whole, notary.verifierKey()).isRefused(Reason.UNSIGNED);
        attempt(whole, bundleKey.verifierKey()).isRefused(Reason.UNSIGNED);
        attempt(incident().signed(notary).bytes()).isRefused(Reason.UNSIGNED);
        SampleNotary other = SampleNotary.installation("b");
        attempt(incident().signed(other.bundleKey()).bytes()).isRefused(Reason.UNSIGNED);
        attempt(
                        incident().signed(other.bundleKey()).bytes(),
                        notary.verifierKey(),
                        other.bundleKey().verifierKey())
                .isRefused(Reason.CHAIN_MISMATCH);
        SampleZip mixed = incident().signed(bundleKey);
        mixed.with("manifest.sig", bundleKey.signatureLine("{}"));
        attempt(mixed.bytes()).isRefused(Reason.BAD_SIGNATURE);
    }

    @Test
    void anExportUnderTheNameOfAnotherChainIsRefused() throws IOException {
        SampleIncident incident =
                new SampleIncident().with("audit/openclaw.jsonl", new SampleExport(chain, notary, 3, 6, 12).sealed());
        attempt(incident.signed(bundleKey).bytes()).isRefused(Reason.CHAIN_MISMATCH);
    }

    @Test
    void aSignedBundleWithABrokenExportIsNamed() throws IOException {
        Map<String, Object> entry = chain.entry(4);
        entry.put("outcome", "TIMEOUT");
        byte[] export = new SampleExport(chain, notary, 3, 6, 12)
                .line(1, line -> CanonicalJson.text(entry))
                .sealed();
        attempt(new SampleIncident()
                        .with("audit/eva-os.jsonl", export)
                        .signed(bundleKey)
                        .bytes())
                .isRefused(4, Reason.HASH_MISMATCH);
        attempt(new SampleIncident()
                        .with("audit/eva-os.jsonl", new byte[0])
                        .signed(bundleKey)
                        .bytes())
                .isRefused(Reason.MALFORMED);
    }

    @Test
    void aManifestOfAnotherFormIsRefused() throws IOException {
        for (String member : List.copyOf(incident().manifest.keySet())) {
            SampleIncident less = incident();
            less.signed(bundleKey);
            less.manifest.remove(member);
            assertThat(attempt(less.signedAsIs(bundleKey).bytes()).verified()).isFalse();
            SampleIncident other = incident();
            other.signed(bundleKey);
            other.manifest.put(member, 7L);
            assertThat(attempt(other.signedAsIs(bundleKey).bytes()).verified()).isFalse();
        }
        SampleIncident spaced = incident();
        spaced.signed(bundleKey);
        String text = CanonicalJson.text(spaced.manifest) + " ";
        spaced.zip.with("manifest.json", text).with("manifest.sig", bundleKey.signatureLine(text));
        attempt(spaced.zip.bytes()).isRefused(Reason.MALFORMED);
        SampleIncident sizes = incident();
        sizes.signed(bundleKey);
        sizes.manifest.put("sizes", Map.of());
        attempt(sizes.signedAsIs(bundleKey).bytes()).isRefused(Reason.MALFORMED);
    }

    @Test
    void namesThatLeaveTheFolderAreUnsafe() throws IOException {
        for (String name : List.of(
                "../x",
                "a/../x",
                "a/..",
                "..",
                ".",
                "./x",
                "/x",
                "a//x",
                "a/",
                "C:\\x",
                "a\\x",
                "a b",
                "\u00e4",
                "x\n",
                "a".repeat(256))) {
            attempt(incident().with(name, new byte[0]).signed(bundleKey).bytes())
                    .isRefused(Reason.UNSAFE_ARCHIVE);
            Path file = Files.write(
                    folder.resolve("z.zip"), new SampleZip().with(name, "x").bytes());
            Attempt.of(() -> new Archive(file).close()).isRefused(Reason.UNSAFE_ARCHIVE);
        }
        SampleIncident outside = incident();
        outside.signed(bundleKey);
        outside.manifest.put("checksums", Map.of("../x", "0".repeat(64)));
        outside.manifest.put("sizes", Map.of("../x", 0L));
        outside.zip.without("audit/eva-os.jsonl").without("logs/eva-os.log").without("config/sonia-config.json");
        attempt(outside.signedAsIs(bundleKey).bytes()).isRefused(Reason.UNSAFE_ARCHIVE);
    }

    @Test
    void aFileOfOtherBytesOrAnotherSizeIsNamed() throws IOException {
        SampleZip other = incident().signed(bundleKey).with("logs/eva-os.log", "[]\n");
        attempt(other.bytes()).isRefused(Reason.FILE_MISMATCH);
        SampleIncident sizes = incident();
        sizes.signed(bundleKey);
        Map<String, Object> wrong = new LinkedHashMap<>();
        ((Map<?, ?>) sizes.manifest.get("sizes")).forEach((name, size) -> wrong.put((String) name, 3L));
        sizes.manifest.put("sizes", wrong);
        attempt(sizes.signedAsIs(bundleKey).bytes()).isRefused(Reason.FILE_MISMATCH);
        for (long announced : new long[] {4, 6}) {
            Attempt.of(() -> new ExactStream(new ByteArrayInputStream(new byte[5]), announced).readAllBytes())
                    .isRefused(Reason.FILE_MISMATCH);
        }
    }

    @Test
    void anExportWithATailInABundleIsUnattested() throws IOException {
        SampleIncident incident =
                new SampleIncident().with("audit/eva-os.jsonl", new SampleExport(chain, notary, 3, 6, 5).sealed());
        attempt(incident.signed(bundleKey).bytes()).isRefused(6, Reason.UNATTESTED);
    }

    @Test
    void theFilesOfAnArchiveAreBounded() throws IOException {
        Path large = sparseZip((1L << 30) + 1, 1);
        Attempt.of(() -> new Archive(large).close()).isRefused(Reason.UNSAFE_ARCHIVE);
        Path together = sparseZip(1L << 30, 5);
        Attempt.of(() -> new Archive(together).close()).isRefused(Reason.UNSAFE_ARCHIVE);
        Path four = sparseZip(1L << 30, 4);
        Attempt.of(() -> new Archive(four).close()).isVerified();
        SampleZip many = new SampleZip();
        for (int i = 0; i <= FileTree.MAX_FILES; i++) {
            many.with("f" + i, new byte[0]);
        }
        Path file = Files.write(folder.resolve("many.zip"), many.bytes());
        Attempt.of(() -> new Archive(file).close()).isRefused(Reason.UNSAFE_ARCHIVE);
        many.without("f0");
        Files.write(file, many.bytes());
        Attempt.of(() -> new Archive(file).close()).isVerified();
    }

    /** An archive whose entries are all the same stored bytes, which are a hole in the file. */
    private Path sparseZip(long size, int entries) throws IOException {
        Path file = folder.resolve("sparse.zip");
        int name = 1;
        int localBytes = 30 + name;
        int directoryBytes = entries * (46 + name);
        ByteBuffer end = ByteBuffer.allocate(directoryBytes + 22).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < entries; i++) {
            end.putInt(0x02014b50).putInt(20).putInt(0).putInt(0).putInt(0);
            end.putInt((int) size).putInt((int) size).putShort((short) name).put(new byte[16]);
            end.put((byte) ('a' + i));
        }
        end.putInt(0x06054b50).putInt(0).putShort((short) entries).putShort((short) entries);
        end.putInt(directoryBytes).putInt((int) (localBytes + size)).putShort((short) 0);
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.setLength(0);
            out.write(new byte[] {'P', 'K', 3, 4});
            out.seek(localBytes + size);
            out.write(end.array());
        }
        return file;
    }

    @Test
    void aNameThatIsThereTwiceIsUnsafe() throws IOException {
        byte[] archive = incident()
                .with("logs/eva-os.loh", new byte[0])
                .signed(bundleKey)
                .bytes();
        String text = new String(archive, StandardCharsets.ISO_8859_1).replace("eva-os.loh", "eva-os.log");
        attempt(text.getBytes(StandardCharsets.ISO_8859_1)).isRefused(Reason.UNSAFE_ARCHIVE);
    }

    @Test
    void aFileThatIsPackedTooTightlyIsUnsafe() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("bomb"));
            zip.write(new byte[16 * 1024 * 1024]);
        }
        attempt(out.toByteArray()).isRefused(Reason.UNSAFE_ARCHIVE);
    }

    @Test
    void archivesThatAreDamagedAnywhereNeverVerifyAsSomethingElse() throws IOException {
        byte[] whole = new SampleIncident()
                .with("logs/a.log", new byte[3])
                .signed(bundleKey)
                .bytes();
        for (int length = 0; length < whole.length; length++) {
            assertThat(attempt(Arrays.copyOf(whole, length)).verified()).isFalse();
        }
        for (int at = 0; at < whole.length; at++) {
            whole[at] ^= (byte) (1 << at % 8);
            // Dates and the like are not signed; what was signed is still what is read, or the answer is a refusal.
            attempt(whole);
            whole[at] ^= (byte) (1 << at % 8);
        }
    }
}
