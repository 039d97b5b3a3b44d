package io.sonia.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Roots and proofs against RFC 6962 as it is written there, level by level and without tiles. */
class MerkleTreeTest {

    private static final HexFormat HEX = HexFormat.of();
    private final TreeHash hash = new TreeHash();

    @Test
    void rootsAreThoseOfTheDefinition() {
        assertThat(HEX.formatHex(tree(leaves(0), 0).root()))
                .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        List<byte[]> leaves = leaves(1100);
        for (int size : List.of(1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 513, 1023, 1024, 1025, 1100)) {
            assertThat(tree(leaves, size).root()).as("size %s", size).isEqualTo(root(leaves.subList(0, size)));
        }
    }

    @Test
    void aTreeOfSeveralLevelsOfTilesHasTheSameRoot() {
        List<byte[]> leaves = leaves(66_000);
        for (int size : List.of(65_535, 65_536, 65_537, 65_800, 66_000)) {
            assertThat(tree(leaves, size).root()).as("size %s", size).isEqualTo(root(leaves.subList(0, size)));
        }
        assertThat(proves(leaves, 65_999, 66_000)).isTrue();
        assertThat(proves(leaves, 0, 66_000)).isTrue();
        assertThat(consistent(leaves, 65_537, 66_000)).isTrue();
    }

    @Test
    void everyLeafOfEverySmallTreeIsProved() {
        List<byte[]> leaves = leaves(70);
        for (int size = 1; size <= 70; size++) {
            for (int index = 0; index < size; index++) {
                assertThat(proves(leaves, index, size))
                        .as("%s in %s", index, size)
                        .isTrue();
            }
        }
    }

    @Test
    void everySmallTreeIsTheBeginningOfEveryLargerOne() {
        List<byte[]> leaves = leaves(70);
        for (int newer = 0; newer <= 70; newer++) {
            for (int older = 0; older <= newer; older++) {
                assertThat(consistent(leaves, older, newer))
                        .as("%s of %s", older, newer)
                        .isTrue();
            }
        }
    }

    @Test
    void noOtherTreeIsTheBeginning() {
        List<byte[]> leaves = leaves(70);
        Random random = new Random(1);
        for (int newer = 2; newer <= 70; newer++) {
            for (int older = 1; older < newer; older++) {
                List<byte[]> proof = tree(leaves, newer).consistency(older);
                byte[] from = root(leaves.subList(0, older));
                byte[] to = root(leaves.subList(0, newer));
                assertThat(MerkleTree.consistent(older, flipped(from, random), newer, to, proof))
                        .isFalse();
                assertThat(MerkleTree.consistent(older, from, newer, flipped(to, random), proof))
                        .isFalse();
                assertThat(MerkleTree.consistent(older, from, newer, to, proof.subList(1, proof.size())))
                        .isFalse();
                List<byte[]> longer = new ArrayList<>(proof);
                longer.add(from);
                assertThat(MerkleTree.consistent(older, from, newer, to, longer))
                        .isFalse();
                List<byte[]> changed = new ArrayList<>(proof);
                changed.set(random.nextInt(changed.size()), Sha256.digest(to));
                assertThat(MerkleTree.consistent(older, from, newer, to, changed))
                        .isFalse();
            }
        }
    }

    @Test
    void aProofOfNothingIsNoProof() {
        byte[] root = root(leaves(2));
        assertThat(MerkleTree.consistent(1, root, 2, root, List.of())).isFalse();
        assertThat(MerkleTree.consistent(3, root, 2, root, List.of())).isFalse();
        assertThat(MerkleTree.consistent(-1, root, 2, root, List.of())).isFalse();
        assertThat(MerkleTree.consistent(2, root, 2, Sha256.digest(root), List.of()))
                .isFalse();
        assertThat(MerkleTree.consistent(2, root, 2, root, List.of(root))).isFalse();
    }

    private boolean proves(List<byte[]> leaves, int index, int size) {
        byte[] at = leaves.get(index);
        int fn = index;
        int sn = size - 1;
        for (byte[] beside : tree(leaves, size).inclusion(index)) {
            if ((fn & 1) == 1 || fn == sn) {
                at = hash.node(beside, at);
                while ((fn & 1) == 0 && fn != 0) {
                    fn >>= 1;
                    sn >>= 1;
                }
            } else {
                at = hash.node(at, beside);
            }
            fn >>= 1;
            sn >>= 1;
        }
        return sn == 0 && HEX.formatHex(at).equals(HEX.formatHex(root(leaves.subList(0, size))));
    }

    private boolean consistent(List<byte[]> leaves, int older, int newer) {
        return MerkleTree.consistent(
                older,
                root(leaves.subList(0, older)),
                newer,
                root(leaves.subList(0, newer)),
                tree(leaves, newer).consistency(older));
    }

    /** The tree over tiles that were folded as the journal folds them. */
    private MerkleTree.At<RuntimeException> tree(List<byte[]> leaves, long size) {
        Map<Integer, List<byte[]>> levels = new TreeMap<>(Map.of(0, leaves));
        for (int level = 1; levels.get(level - 1).size() >= MerkleTree.TILE_WIDTH; level++) {
            List<byte[]> below = levels.get(level - 1);
            levels.put(
                    level,
                    LongStream.range(0, below.size() / MerkleTree.TILE_WIDTH)
                            .mapToObj(each -> MerkleTree.fold(hash, tile(below, each)))
                            .toList());
        }
        return new MerkleTree.At<>((level, number) -> tile(levels.get(level), number), size);
    }

    private static List<byte[]> tile(List<byte[]> level, long number) {
        int from = (int) number * MerkleTree.TILE_WIDTH;
        return level.subList(from, Math.min(level.size(), from + MerkleTree.TILE_WIDTH));
    }

    private List<byte[]> leaves(int count) {
        return LongStream.range(0, count)
                .mapToObj(each -> hash.leaf(Sha256.digest(("entry " + each).getBytes(StandardCharsets.UTF_8))))
                .toList();
    }

    /** MTH of RFC 6962, section 2.1. */
    private byte[] root(List<byte[]> leaves) {
        if (leaves.isEmpty()) {
            return hash.empty();
        }
        if (leaves.size() == 1) {
            return leaves.getFirst();
        }
        int half = Integer.highestOneBit(leaves.size() - 1);
        return hash.node(root(leaves.subList(0, half)), root(leaves.subList(half, leaves.size())));
    }

    private static byte[] flipped(byte[] hash, Random random) {
        byte[] other = hash.clone();
        other[random.nextInt(other.length)] ^= (byte) (1 << random.nextInt(8));
        return other;
    }
}
