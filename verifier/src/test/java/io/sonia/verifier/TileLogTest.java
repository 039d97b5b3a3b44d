package io.sonia.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TileLogTest {

    private static final SampleChain CHAIN = new SampleChain("eva-os", 600);

    private final SampleNotary notary = SampleNotary.installation("a");

    @TempDir
    private Path folder;

    private Attempt attempt(SampleZip zip) throws IOException {
        Path file = Files.write(folder.resolve("tiles.zip"), zip.bytes());
        return Attempt.of(() -> {
            try (FileTree files = new Archive(file)) {
                TileLog.verified(files, KeyRing.parse(List.of(notary.verifierKey())));
            }
        });
    }

    private SampleZip tiles(int size) {
        return SampleTiles.of(CHAIN, notary, size);
    }

    @Test
    void treesOfAnySizeVerify() throws IOException {
        for (int size : new int[] {0, 1, 2, 255, 256, 257, 511, 512, 513, 600}) {
            attempt(tiles(size)).isVerified();
        }
    }

    @Test
    void aFolderVerifiesAsItsArchiveDoes() throws IOException {
        for (var each : tiles(300).files.entrySet()) {
            Path file = folder.resolve("log").resolve(each.getKey());
            Files.createDirectories(file.getParent());
            Files.write(file, each.getValue());
        }
        KeyRing keys = KeyRing.parse(List.of(notary.verifierKey()));
        Attempt.of(() -> TileLog.verified(new Folder(folder.resolve("log")), keys))
                .isVerified();
        Files.createSymbolicLink(folder.resolve("log/tile/0/001"), folder.resolve("log/tile/0/000"));
        Attempt.of(() -> TileLog.verified(new Folder(folder.resolve("log")), keys))
                .isRefused(Reason.UNSAFE_ARCHIVE);
    }

    @Test
    void everyChangedByteOfEveryFileIsFoundAndTheEntryNamed() throws IOException {
        SampleZip whole = tiles(259);
        for (String name : List.copyOf(whole.files.keySet())) {
            byte[] content = whole.files.get(name);
            for (int at = 0; at < content.length; at += name.equals("checkpoint") ? 1 : 41) {
                byte[] changed = content.clone();
                changed[at] ^= 1;
                whole.with(name, changed);
                Attempt attempt = attempt(whole);
                assertThat(attempt.verified()).as(name + " " + at).isFalse();
                if (name.equals("tile/entries/001.p/3")) {
                    assertThat(attempt.refusal().firstBadSeq()).isEqualTo(257 + at / 34);
                }
                if (name.equals("tile/0/000")) {
                    assertThat(attempt.refusal().firstBadSeq()).isEqualTo(1 + at / 32);
                }
            }
            whole.with(name, content);
        }
        attempt(whole).isVerified();
    }

    @Test
    void entriesChangedTogetherWithTheirLeafDoNotLeadToTheTileAbove() throws IOException {
        SampleZip zip = tiles(600);
        change(zip, "tile/entries/001", bundle -> bundle[2] ^= 1);
        change(
                zip,
                "tile/0/001",
                leaves -> System.arraycopy(
                        Merkle.leaf(Arrays.copyOfRange(zip.files.get("tile/entries/001"), 2, 34)), 0, leaves, 0, 32));
        attempt(zip).isRefused(257, Reason.ROOT_MISMATCH);
        SampleZip last = tiles(600);
        change(last, "tile/entries/002.p/88", bundle -> bundle[2] ^= 1);
        change(
                last,
                "tile/0/002.p/88",
                leaves -> System.arraycopy(
                        Merkle.leaf(Arrays.copyOfRange(last.files.get("tile/entries/002.p/88"), 2, 34)),
                        0,
                        leaves,
                        0,
                        32));
        attempt(last).isRefused(Reason.ROOT_MISMATCH);
    }

    @Test
    void filesMissingAddedOrCutAreNamed() throws IOException {
        for (String name : List.copyOf(tiles(600).files.keySet())) {
            attempt(tiles(600).without(name)).isRefused(Reason.MISSING_FILE);
            byte[] content = tiles(600).files.get(name);
            assertThat(attempt(tiles(600).with(name, Arrays.copyOf(content, content.length - 1)))
                            .verified())
                    .isFalse();
            assertThat(attempt(tiles(600).with(name, Arrays.copyOf(content, content.length + 32)))
                            .verified())
                    .isFalse();
        }
        attempt(tiles(600).with("tile/0/003", new byte[32])).isRefused(Reason.EXTRA_FILE);
        attempt(tiles(600).with("tile/0/000.p/7", new byte[7 * 32])).isRefused(Reason.EXTRA_FILE);
        attempt(tiles(600).with("README", new byte[1])).isRefused(Reason.EXTRA_FILE);
    }

    @Test
    void aCheckpointOfAHugeTreeIsAnsweredAtOnce() throws IOException {
        String huge = notary.checkpoint("eva-os", new Tree(Json.MAX_INTEGER, Tree.EMPTY.root()));
        attempt(tiles(5).with("checkpoint", huge)).isRefused(Reason.MISSING_FILE);
    }

    private static void change(SampleZip zip, String name, Consumer<byte[]> change) {
        byte[] content = zip.files.get(name).clone();
        change.accept(content);
        zip.with(name, content);
    }
}
