package io.sonia.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MerkleTest {

    private static final int MOST = 40;

    private final SampleChain chain = new SampleChain("eva-os", MOST);

    @Test
    void aCompactRangeHasTheRootOfTheDefinition() {
        CompactRange range = new CompactRange();
        for (int size = 0; size <= MOST; size++) {
            assertThat(range.tree().root()).isEqualTo(Rfc6962.root(chain.leaves(size)));
            assertThat(range.tree().size()).isEqualTo(size);
            if (size < MOST) {
                range.addLeaf(Merkle.leaf(chain.leaves(size + 1).getLast()));
            }
        }
    }

    @Test
    void everyInclusionPathLeadsToTheRootAndNoOtherDoes() {
        for (int size = 1; size <= MOST; size++) {
            List<byte[]> leaves = chain.leaves(size);
            byte[] root = Rfc6962.root(leaves);
            for (int index = 0; index < size; index++) {
                byte[] leaf = Merkle.leaf(leaves.get(index));
                List<byte[]> path = Rfc6962.path(index, leaves);
                assertThat(Merkle.includes(leaf, index, size, path, root)).isTrue();
                assertThat(Merkle.includes(leaf, index + 1, size, path, root)).isFalse();
                assertThat(Merkle.includes(root, index, size, path, root)).isEqualTo(size == 1);
                assertThat(Merkle.includes(root, 0, size, List.of(), root)).isEqualTo(size == 1);
                for (List<byte[]> other : spoiled(path, leaf)) {
                    assertThat(Merkle.includes(leaf, index, size, other, root)).isFalse();
                }
            }
        }
    }

    @Test
    void everyConsistencyPathLeadsToBothRootsAndNoOtherDoes() {
        for (int newer = 1; newer <= MOST; newer++) {
            for (int older = 0; older <= newer; older++) {
                List<byte[]> path = Rfc6962.consistency(older, chain.leaves(newer));
                Tree before = chain.tree(older);
                Tree after = chain.tree(newer);
                Tree another = new Tree(newer, Merkle.leaf(after.root()));
                assertThat(Merkle.consistent(before, after, path)).isTrue();
                assertThat(Merkle.consistent(new Tree(older, another.root()), after, path))
                        .isFalse();
                if (older > 0) {
                    Tree larger = new Tree(4L * newer, after.root());
                    assertThat(Merkle.consistent(before, larger, path)).isFalse();
                    assertThat(Merkle.consistent(before, another, path)).isFalse();
                }
                for (List<byte[]> other : spoiled(path, after.root())) {
                    assertThat(Merkle.consistent(before, after, other)).isFalse();
                }
                if (older < newer) {
                    assertThat(Merkle.consistent(after, before, path)).isFalse();
                }
            }
        }
    }

    @Test
    void everySegmentLeadsToTheRootByTheSubtreesAroundIt() {
        int size = 24;
        SampleNotary notary = SampleNotary.installation("a");
        for (int from = 1; from <= size; from++) {
            for (int to = from; to <= size; to++) {
                byte[] file = new SampleExport(chain, notary, from, to, size).sealed();
                Attempt.export(file, notary.verifierKey()).isVerified();
            }
        }
    }

    /** One hash less, one more, one changed, two swapped. */
    private static List<List<byte[]>> spoiled(List<byte[]> path, byte[] another) {
        List<List<byte[]>> all = new ArrayList<>();
        List<byte[]> longer = new ArrayList<>(path);
        longer.add(another);
        all.add(longer);
        for (int i = 0; i < path.size(); i++) {
            List<byte[]> less = new ArrayList<>(path);
            less.remove(i);
            all.add(less);
            List<byte[]> changed = new ArrayList<>(path);
            changed.set(i, Merkle.leaf(path.get(i)));
            all.add(changed);
            if (i > 0) {
                List<byte[]> swapped = new ArrayList<>(path);
                swapped.set(i, path.get(i - 1));
                swapped.set(i - 1, path.get(i));
                all.add(swapped);
            }
        }
        return all;
    }
}
