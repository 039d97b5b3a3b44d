package io.sonia.journal;

import static io.sonia.journal.Samples.event;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The Merkle tree over a chain, whatever the journal stores into. */
abstract class AuditTreeContract {

    final TestClock clock = new TestClock();
    Journal journal;

    abstract Journal open(JournalOptions options);

    @BeforeEach
    void openJournal() {
        journal = open(AuditChainContract.OPTIONS);
    }

    @AfterEach
    void closeJournal() {
        journal.close();
    }

    @Test
    void anEmptyChainHasTheRootOfNothing() {
        AuditTree.Growth growth = journal.tree().growth(0);

        assertThat(growth.size()).isZero();
        assertThat(growth.root()).startsWith("e3b0c442");
        assertThat(growth.consistency()).isEmpty();
        assertThat(journal.tree().anchor()).isEmpty();
    }

    @Test
    void theRootIsThatOfTheEntriesWhetherTilesAreCompleteOrNot() {
        append(600);
        String before = journal.tree().root(600);
        assertThat(integrated()).isZero();

        journal.tree().integrate();

        assertThat(integrated()).isEqualTo(512);
        assertThat(journal.tree().root(600)).isEqualTo(before).isEqualTo(expected(600));
        assertThat(journal.tree().root(300)).isEqualTo(expected(300));
        append(200);
        journal.tree().integrate();
        assertThat(integrated()).isEqualTo(768);
        assertThat(journal.tree().root(800)).isEqualTo(expected(800));
    }

    @Test
    void growthContinuesWhatWasAnchored() {
        append(3);
        AuditTree.Growth first = journal.tree().growth(0);
        journal.tree().anchor(new AuditTree.Anchor(3, first.lastHash(), first.root(), "note", clock.now()));
        append(297);
        journal.tree().integrate();

        AuditTree.Anchor anchor = journal.tree().anchor().orElseThrow();
        AuditTree.Growth next = journal.tree().growth(anchor.size());

        assertThat(anchor.root()).isEqualTo(first.root());
        assertThat(next.size()).isEqualTo(300);
        assertThat(next.lastHash()).isEqualTo(journal.chain().head().hash());
        assertThat(AuditTree.consistent(3, anchor.root(), 300, next.root(), next.consistency()))
                .isTrue();
        assertThat(AuditTree.consistent(3, expected(4), 300, next.root(), next.consistency()))
                .isFalse();
        assertThat(AuditTree.consistent(3, "no hash", 300, next.root(), next.consistency()))
                .isFalse();
    }

    @Test
    void anEntryIsProvedWithTheHashesBesideItsWay() {
        append(300);
        journal.tree().integrate();

        AuditTree.Inclusion proof = journal.tree().inclusion(17, 300);

        assertThat(proof.path()).hasSize(9);
        assertThat(proof.root()).isEqualTo(expected(300));
        assertThat(proof.entryHash())
                .isEqualTo(journal.chain()
                        .entries(AuditChain.Filter.ALL, 1, 18L)
                        .entries()
                        .getFirst()
                        .hash());
    }

    @Test
    void anAnchorOfTheSameSizeIsRenewed() {
        append(1);
        AuditTree.Growth growth = journal.tree().growth(0);
        journal.tree().anchor(new AuditTree.Anchor(1, growth.lastHash(), growth.root(), "old", clock.now()));
        clock.advance(Duration.ofSeconds(10));
        journal.tree().anchor(new AuditTree.Anchor(1, growth.lastHash(), growth.root(), "new", clock.now()));

        assertThat(journal.tree().anchor().orElseThrow().note()).isEqualTo("new");
        assertThat(journal.tree().anchor().orElseThrow().signedAt()).isEqualTo(clock.now());
    }

    void append(int entries) {
        journal.commit(tx -> {
            for (int i = 0; i < entries; i++) {
                tx.audit(event("task.create"));
            }
            return entries;
        });
    }

    private long integrated() {
        return journal.read(AuditTree::integrated);
    }

    /** The root by its definition (RFC 6962, section 2.1). */
    private String expected(int size) {
        TreeHash hash = new TreeHash();
        List<byte[]> leaves = journal.read(sql -> sql.list(
                "SELECT hash FROM audit_entries WHERE seq <= ? ORDER BY seq",
                row -> hash.leaf(HexFormat.of().parseHex(row.text("hash"))),
                size));
        return HexFormat.of().formatHex(root(hash, leaves));
    }

    private static byte[] root(TreeHash hash, List<byte[]> leaves) {
        if (leaves.size() == 1) {
            return leaves.getFirst();
        }
        int half = Integer.highestOneBit(leaves.size() - 1);
        return hash.node(root(hash, leaves.subList(0, half)), root(hash, leaves.subList(half, leaves.size())));
    }
}
