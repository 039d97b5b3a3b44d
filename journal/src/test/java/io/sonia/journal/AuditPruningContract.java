package io.sonia.journal;

import static io.sonia.journal.Samples.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What remains of a chain when its oldest entries are removed, whatever the journal stores into. */
abstract class AuditPruningContract {

    final TestClock clock = new TestClock();
    Journal journal;

    abstract Journal open();

    /** Does what only somebody with the database in hand can do. */
    abstract void tamper(String statement);

    @BeforeEach
    void openJournal() {
        journal = open();
    }

    @AfterEach
    void closeJournal() {
        journal.close();
    }

    /** Sizes on both sides of a tile's edge, and on it. */
    @ParameterizedTest
    @ValueSource(ints = {1, 255, 256, 257, 512, 700})
    void whatRemainsVerifiesAndItsProofsLeadToTheSameRoots(int size) {
        anchored(size);
        clock.advance(Duration.ofDays(100));
        append(900 - size);
        String root = journal.tree().root(900);
        AuditTree.Inclusion proof = journal.tree().inclusion(size + 1, 900);

        assertThat(prune(Duration.ofDays(90), 100)).isEqualTo((size + 99) / 100);

        assertThat(stored()).isEqualTo(900 - size + 1);
        assertThat(journal.chain().verify(null, null))
                .extracting(AuditChain.Verification::valid, AuditChain.Verification::checkedEntries)
                .containsExactly(true, 900L - size + 1);
        assertThat(journal.tree().root(900)).isEqualTo(root);
        assertThat(journal.tree().inclusion(size + 1, 900)).isEqualTo(proof);
        assertThat(journal.tree().pruned().orElseThrow().size()).isEqualTo(size);
        reopened();
        assertThat(journal.chain().verify(null, null).valid()).isTrue();
        append(300);
        assertThat(journal.tree().consistency(900, 1201)).isNotEmpty();
    }

    @Test
    void anEntryOfItsOwnSaysWhatWasRemoved() {
        AuditTree.Anchor anchor = anchored(10);
        clock.advance(Duration.ofDays(91));

        prune(Duration.ofDays(90), 1000);

        AuditEntry entry = newest();
        assertThat(entry.toMap().get("operation")).isEqualTo("audit.pruned");
        assertThat(Json.parseObject(entry.detail()))
                .containsEntry("from_seq", 1L)
                .containsEntry("to_seq", 10L)
                .containsEntry("entries", 10L)
                .containsEntry("last_hash", anchor.lastHash())
                .containsEntry("merkle_root", anchor.root())
                .containsEntry("checkpoint", anchor.note());
    }

    @Test
    void itIsPrunedAgainFromWhereItWasPrunedTo() {
        anchored(300);
        clock.advance(Duration.ofDays(91));
        prune(Duration.ofDays(90), 1000);
        AuditTree.Anchor second = anchored(99);
        clock.advance(Duration.ofDays(91));
        String root = journal.tree().root(400);

        prune(Duration.ofDays(90), 1000);

        assertThat(second.size()).isEqualTo(400);
        assertThat(stored()).isEqualTo(1);
        assertThat(journal.tree().root(400)).isEqualTo(root);
        assertThat(journal.chain().verify(null, null).valid()).isTrue();
    }

    @Test
    void onlyEntriesBeyondTheirTimeGoAndOnlyUpToASignedHead() {
        anchored(10);
        append(5);
        clock.advance(Duration.ofDays(50));
        anchored(10);
        clock.advance(Duration.ofDays(50));

        AuditPruning.Plan plan = plan(Duration.ofDays(90), Map.of()).orElseThrow();

        assertThat(plan.fromSeq()).isEqualTo(1);
        assertThat(plan.anchor().size()).isEqualTo(10);
        assertThat(plan(Duration.ofDays(101), Map.of())).isEmpty();
    }

    @Test
    void aClassOfEntriesKeepsAllThatFollowsItsOldest() {
        anchored(10);
        journal.append(event("approval.expired"));
        AuditTree.Anchor before = anchored(1);
        journal.append(event("approve"));
        anchored(10);
        clock.advance(Duration.ofDays(100));
        Instant longAgo = clock.now().minus(Duration.ofDays(365));

        assertThat(plan(Duration.ofDays(90), Map.of("approve", longAgo))
                        .orElseThrow()
                        .anchor())
                .isEqualTo(before);
        assertThat(plan(Duration.ofDays(90), Map.of("approval", longAgo))
                        .orElseThrow()
                        .anchor()
                        .size())
                .isEqualTo(10);
        assertThat(plan(Duration.ofDays(90), Map.of("appr", longAgo))
                        .orElseThrow()
                        .anchor()
                        .size())
                .isEqualTo(23);
    }

    @Test
    void entriesByNumberGoIfAllAreBeyondTheirTime() {
        anchored(10);
        clock.advance(Duration.ofDays(100));
        anchored(10);
        Instant limit = clock.now().minus(Duration.ofDays(90));

        assertThat(new AuditPruning(journal)
                        .plan(new AuditPruning.Bounds(11L, limit, Map.of()))
                        .orElseThrow()
                        .anchor()
                        .size())
                .isEqualTo(10);
        assertThat(new AuditPruning(journal).plan(new AuditPruning.Bounds(10L, limit, Map.of())))
                .isEmpty();
        refused(
                ErrorCode.INVALID_STATE,
                () -> new AuditPruning(journal).plan(new AuditPruning.Bounds(12L, limit, Map.of())));
    }

    @Test
    void whatWasRemovedIsSaidToBe() {
        anchored(300);
        clock.advance(Duration.ofDays(91));
        append(10);
        prune(Duration.ofDays(90), 1000);

        refused(ErrorCode.AUDIT_PRUNED, () -> journal.tree().inclusion(300, 310));
        refused(ErrorCode.AUDIT_PRUNED, () -> journal.tree().consistency(17, 310));
        refused(
                ErrorCode.AUDIT_PRUNED,
                () -> journal.tree().export().header("exp_1", "eva-os", 300L, 305L, clock.now()));
        refused(ErrorCode.AUDIT_PRUNED, () -> journal.chain().entries(AuditChain.Filter.between(1, 300), 10, null));
        AuditChain.Page left = journal.chain().entries(AuditChain.Filter.between(1, 305), 100, null);
        assertThat(left.entries()).extracting(AuditEntry::seq).containsExactly(305L, 304L, 303L, 302L, 301L);
        assertThat(left.total()).isEqualTo(5);
        assertThat(journal.chain().entries(AuditChain.Filter.ALL, 1, null).total())
                .isEqualTo(11);
        assertThat(journal.tree().tiles(journal.tree().pruned().orElseThrow()).whole())
                .isFalse();
    }

    @Test
    void anExportBeginsBehindWhatWasRemovedAndContinuesTheOneBefore() throws IOException {
        AuditTree.Anchor exported = anchored(100);
        journal.tree().exported(exported, clock.now());
        anchored(200);
        clock.advance(Duration.ofDays(91));
        append(100);
        prune(Duration.ofDays(90), 1000);
        AuditTree.Anchor newest = anchored(10);

        AuditExport export = journal.tree().export();
        AuditExport.Header header = export.header("exp_1", "eva-os", null, null, clock.now());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        export.write(header, out);

        assertThat(header.fromSeq()).isEqualTo(301);
        assertThat(out.toString(StandardCharsets.UTF_8).lines()).hasSize((int) header.entryCount() + 2);
        assertThat(AuditTree.consistent(
                        100,
                        exported.root(),
                        newest.size(),
                        newest.root(),
                        header.tie().consistency()))
                .isTrue();
    }

    @Test
    void whatAProcessLeftThatEndedInBetweenIsRemovedLater() {
        anchored(300);
        clock.advance(Duration.ofDays(91));
        append(10);
        AuditPruning.Plan plan = plan(Duration.ofDays(90), Map.of()).orElseThrow();
        journal.tree().integrate();
        journal.commit(tx -> AuditPruning.begin(tx, plan, pruned(), clock.now()));
        assertThat(stored()).isEqualTo(311);
        reopened();

        assertThat(journal.chain().verify(null, null).checkedEntries()).isEqualTo(11);
        assertThat(journal.chain().entries(AuditChain.Filter.ALL, 100, null).entries())
                .hasSize(11);
        assertThat(journal.tree().root(310)).isNotEmpty();
        journal.reap(100);

        assertThat(stored()).isEqualTo(11);
        assertThat(journal.chain().verify(null, null).valid()).isTrue();
    }

    @Test
    void entriesThatNobodyPrunedCannotBeDeleted() {
        anchored(10);
        append(10);
        clock.advance(Duration.ofDays(91));
        assertThatThrownBy(() -> journal.commit(tx -> tx.sql().update("DELETE FROM audit_entries WHERE seq = 1")))
                .isInstanceOf(SoniaException.class);
        assertThatThrownBy(() -> journal.commit(tx -> tx.sql()
                        .update("INSERT INTO audit_pruned (size, hash, merkle_root, note, signed_at, pruned_at)"
                                + " SELECT 11, hash, merkle_root, note, signed_at, signed_at FROM audit_anchors")))
                .isInstanceOf(SoniaException.class);
        new AuditPruning(journal).prune(plan(Duration.ofDays(90), Map.of()).orElseThrow(), pruned(), 10, clock.now());
        assertThatThrownBy(() -> journal.commit(tx -> tx.sql().update("DELETE FROM audit_entries WHERE seq = 11")))
                .isInstanceOf(SoniaException.class);
        assertThatThrownBy(() -> journal.commit(tx -> tx.sql().update("DELETE FROM audit_pruned")))
                .isInstanceOf(SoniaException.class);
        assertThatThrownBy(() -> journal.commit(tx -> tx.sql().update("UPDATE audit_pruned SET size = 15")))
                .isInstanceOf(SoniaException.class);
        assertThat(journal.chain().verify(null, null).valid()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DELETE FROM audit_entries WHERE seq = 11",
                "DELETE FROM audit_pruned",
                "UPDATE audit_pruned SET size = 15",
                "UPDATE audit_pruned SET hash = '0000000000000000000000000000000000000000000000000000000000000000'",
                "UPDATE audit_entries SET detail = replace(detail, '10', '11') WHERE operation = 'audit.pruned'",
                "DELETE FROM audit_entries WHERE operation = 'audit.pruned'",
                "UPDATE audit_pruned SET size = 15, hash = (SELECT hash FROM audit_entries WHERE seq = 15);"
                        + " DELETE FROM audit_entries WHERE seq <= 15"
            })
    void aChainThatWasCutByHandDoesNotVerify(String harm) {
        anchored(10);
        append(10);
        clock.advance(Duration.ofDays(91));
        prune(Duration.ofDays(90), 1000);
        append(3);

        tamper(harm);

        assertThat(journal.chain().verify(null, null).valid()).isFalse();
    }

    @Test
    void theSpaceIsGivenBack() {
        anchored(2_000);
        clock.advance(Duration.ofDays(91));
        prune(Duration.ofDays(90), 10_000);

        journal.vacuum();

        assertThat(journal.chain().verify(null, null).valid()).isTrue();
        append(1);
        assertThat(journal.chain().verify(null, null).valid()).isTrue();
    }

    /** One head of each day outlives the newest ones, so that there is one to prune to. */
    @Test
    void anAnchorOfEachDayIsKept() {
        append(1_200);
        for (int size = 1; size <= 1_200; size++) {
            journal.tree().anchor(new AuditTree.Anchor(size, "hash", "root", "note", clock.now()));
            clock.advance(Duration.ofMinutes(10));
        }

        long anchors = journal.read(sql -> sql.number("SELECT count(*) FROM audit_anchors"));
        long days = journal.read(sql ->
                sql.number("SELECT count(DISTINCT substr(signed_at, 1, 10)) FROM audit_anchors WHERE size <= 200"));
        assertThat(anchors).isEqualTo(1_000 + days);
        assertThat(days).isEqualTo(2);
    }

    void reopened() {
        journal.close();
        journal = open();
    }

    long stored() {
        return journal.read(sql -> sql.number("SELECT count(*) FROM audit_entries"));
    }

    int prune(Duration retention, int batch) {
        AuditPruning.Plan plan = plan(retention, Map.of()).orElseThrow();
        return new AuditPruning(journal).prune(plan, pruned(), batch, clock.now());
    }

    private Optional<AuditPruning.Plan> plan(Duration retention, Map<String, Instant> classes) {
        return new AuditPruning(journal)
                .plan(new AuditPruning.Bounds(null, clock.now().minus(retention), classes));
    }

    private static AuditEvent.Origin pruned() {
        return event("audit.prune").origin();
    }

    AuditTree.Anchor anchored(int entries) {
        append(entries);
        AuditTree.Growth growth = journal.tree().growth(0);
        AuditTree.Anchor anchor = new AuditTree.Anchor(
                growth.size(), growth.lastHash(), growth.root(), "note " + growth.size(), clock.now());
        journal.tree().anchor(anchor);
        return anchor;
    }

    private void append(int entries) {
        journal.commit(tx -> {
            for (int i = 0; i < entries; i++) {
                tx.audit(event("task.create"));
            }
            return entries;
        });
    }

    private AuditEntry newest() {
        List<AuditEntry> newest =
                journal.chain().entries(AuditChain.Filter.ALL, 1, null).entries();
        return newest.getFirst();
    }

    private static void refused(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
