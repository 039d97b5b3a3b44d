package io.sonia.journal;

import static io.sonia.journal.Samples.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Threads;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The audit chain on SQLite, and what an outside client may do to its table. */
class SqliteAuditChainTest extends AuditChainContract {

    private static final String UNLOCK = "DROP TRIGGER audit_entries_no_update; DROP TRIGGER audit_entries_no_delete;";

    @TempDir
    Path folder;

    @Override
    Journal open(JournalOptions options) {
        return SqliteJournal.open(
                folder.resolve("sonia.db"), ServiceName.EVA_OS, List.of(), clock, new Hlc(clock), options);
    }

    @Test
    void entriesCannotBeChanged() throws SQLException {
        appendMany(3);

        for (String change : List.of(
                "UPDATE audit_entries SET actor_id = 'x' WHERE seq = 2",
                "DELETE FROM audit_entries WHERE seq = 3",
                "DELETE FROM audit_entries")) {
            assertThatThrownBy(() -> outside(change)).hasMessageContaining("append-only");
        }
        assertThatThrownBy(() -> journal.commit(
                        tx -> tx.sql().update("REPLACE INTO audit_entries SELECT * FROM audit_entries WHERE seq = 1")))
                .satisfies(JournalContract.code(ErrorCode.STORAGE_UNAVAILABLE));
        assertThat(journal.chain().verify(null, null).valid()).isTrue();
    }

    @Test
    void everyChangeOfEveryColumnIsFound() throws SQLException {
        appendMany(3);
        List<String> missed = new ArrayList<>();
        for (AuditField field : AuditField.values()) {
            for (String change : changes(field)) {
                String sql = "UPDATE audit_entries SET " + field.wireName() + " = " + change + " WHERE seq = 2";
                missed.addAll(missedAfter(sql, 2));
            }
        }
        missed.addAll(missedAfter("UPDATE audit_entries SET detail = detail || ' ' WHERE seq = 2", 2));
        missed.addAll(missedAfter("UPDATE audit_entries SET detail = '{}' WHERE seq = 2", 2));

        assertThat(missed).isEmpty();
    }

    @Test
    void everyFlippedBitOfEveryTextIsNamed() throws SQLException {
        appendMany(3);
        List<String> missed = new ArrayList<>();
        int flips = 0;
        for (String column : Stream.concat(
                        Stream.of(AuditField.values())
                                .filter(field -> field.form() == AuditField.Form.TEXT)
                                .map(AuditField::wireName),
                        Stream.of("detail"))
                .toList()) {
            byte[] original = bytes(column, 2);
            try (Connection connection = connect();
                    PreparedStatement update = connection.prepareStatement(
                            "UPDATE audit_entries SET " + column + " = CAST(? AS TEXT) WHERE seq = 2")) {
                connection.createStatement().executeUpdate("DROP TRIGGER IF EXISTS audit_entries_no_update");
                for (int bit = 0; bit < 8 * original.length; bit++) {
                    byte[] flipped = original.clone();
                    flipped[bit / 8] ^= (byte) (1 << bit % 8);
                    update.setBytes(1, flipped);
                    update.executeUpdate();
                    AuditChain.Verification found = journal.chain().verify(null, null);
                    if (!Long.valueOf(2).equals(found.firstBadSeq())
                            || !reason(column).equals(found.reason())) {
                        missed.add(column + ", bit " + bit + ": " + found);
                    }
                    flips++;
                }
                update.setBytes(1, original);
                update.executeUpdate();
            }
        }
        assertThat(missed).isEmpty();
        assertThat(flips).isGreaterThan(2_800);
    }

    @Test
    void everyFlippedBitOfEveryNumberIsNamed() throws SQLException {
        appendMany(3);
        List<String> missed = new ArrayList<>();
        try (Connection connection = connect();
                Statement update = connection.createStatement()) {
            update.executeUpdate("DROP TRIGGER IF EXISTS audit_entries_no_update");
            for (int bit = 0; bit < Long.SIZE; bit++) {
                long status = 200 ^ 1L << bit;
                double duration = Double.longBitsToDouble(Double.doubleToLongBits(1.25) ^ 1L << bit);
                for (String change : List.of("http_status = " + status, "duration_ms = " + real(duration))) {
                    update.executeUpdate("UPDATE audit_entries SET " + change + " WHERE seq = 2");
                    AuditChain.Verification found = journal.chain().verify(null, null);
                    if (!Long.valueOf(2).equals(found.firstBadSeq()) || !ChainBreak.HASH.equals(found.reason())) {
                        missed.add(change + ": " + found);
                    }
                    update.executeUpdate("UPDATE audit_entries SET http_status = 200, duration_ms = 1.25");
                }
            }
        }
        assertThat(missed).isEmpty();
        assertThat(journal.chain().verify(null, null).valid()).isTrue();
    }

    private static String real(double value) {
        return Double.isNaN(value) ? "NULL" : Double.toString(value);
    }

    private static String reason(String column) {
        return switch (column) {
            case "prev_hash" -> ChainBreak.PREV_HASH;
            case "detail", "detail_hash" -> ChainBreak.DETAIL;
            default -> ChainBreak.HASH;
        };
    }

    /** A replacement character may be written as other invalid bytes that decode to the same text. */
    @Test
    void changeThatDecodesToTheSameTextIsFound() throws SQLException {
        journal.append(event("a").about("task", "\uFFFD"));

        assertThat(missedAfter("UPDATE audit_entries SET resource_id = CAST(x'F0BFBD' AS TEXT) WHERE seq = 1", 1))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            DELETE FROM audit_entries WHERE seq = 4                                             | 4  | gap
            DELETE FROM audit_entries WHERE seq = 1                                             | 1  | gap
            DELETE FROM audit_entries WHERE seq = 10                                            | 10 | gap
            DELETE FROM audit_entries WHERE seq > 6                                             | 7  | gap
            DELETE FROM audit_entries                                                           | 1  | gap
            UPDATE audit_entries SET seq = 11 WHERE seq = 5                                     | 5  | gap
            UPDATE audit_entries SET seq = -1 WHERE seq = 5                                     | 5  | gap
            UPDATE audit_entries SET prev_hash = hash WHERE seq = 5                             | 5  | prev_hash_mismatch
            UPDATE audit_entries SET hash = prev_hash WHERE seq = 10                            | 10 | hash_mismatch
            """)
    void removedAndMovedEntriesAreNamed(String change, long firstBad, String reason) throws SQLException {
        appendMany(10);
        outside(UNLOCK + change);

        AuditChain.Verification found = journal.chain().verify(null, null);
        assertThat(found.valid()).isFalse();
        assertThat(found.firstBadSeq()).isEqualTo(firstBad);
        assertThat(found.reason()).isEqualTo(reason);
        assertThat(found.checkedEntries()).isEqualTo(firstBad - 1);
        assertThatThrownBy(() -> journal.chain().entries(AuditChain.Filter.ALL, 100, null))
                .satisfies(JournalContract.code(ErrorCode.AUDIT_CHAIN_BROKEN));
    }

    @Test
    void swappedEntriesAreFound() throws SQLException {
        appendMany(10);
        outside(UNLOCK
                + "UPDATE audit_entries SET seq = 100 WHERE seq = 3; UPDATE audit_entries SET seq = 3 WHERE seq = 4;"
                + "UPDATE audit_entries SET seq = 4 WHERE seq = 100;");

        assertThat(journal.chain().verify(null, null).firstBadSeq()).isEqualTo(3);
    }

    @Test
    void rewrittenLastEntryIsFoundByTheHeadInMemory() throws SQLException {
        appendMany(5);
        StoredEntry last = journal.read(sql -> StoredEntry.range(sql, 5, 5)).getFirst();
        outside(UNLOCK + "UPDATE audit_entries SET actor_id = 'forger', hash = '" + forged(last) + "' WHERE seq = 5");

        AuditChain.Verification found = journal.chain().verify(null, null);
        assertThat(found.reason()).isEqualTo(ChainBreak.HEAD);
        assertThat(found.firstBadSeq()).isEqualTo(5);
        assertThatThrownBy(() -> journal.chain().trace("req_1", 10))
                .satisfies(JournalContract.code(ErrorCode.AUDIT_CHAIN_BROKEN));
    }

    @Test
    void rewrittenMiddleEntryIsFoundByItsNeighbour() throws SQLException {
        appendMany(5);
        StoredEntry third = journal.read(sql -> StoredEntry.range(sql, 3, 3)).getFirst();
        outside(UNLOCK + "UPDATE audit_entries SET actor_id = 'forger', hash = '" + forged(third) + "' WHERE seq = 3");

        AuditChain.Filter only = new AuditChain.Filter(3L, 3L, null, null, null, null, null, null, null);
        assertThatThrownBy(() -> journal.chain().entries(only, 10, null))
                .isInstanceOfSatisfying(
                        SoniaException.class,
                        e -> assertThat(e.details())
                                .containsEntry("first_bad_seq", 4L)
                                .containsEntry("reason", ChainBreak.PREV_HASH));
    }

    @Test
    void addedEntryIsFoundAndStopsTheChain() throws SQLException {
        appendMany(5);
        outside("INSERT INTO audit_entries SELECT chain, 6, timestamp, hlc, operation, outcome, http_status, actor_id,"
                + " actor_role, actor_kind, via, on_behalf_of, resource_type, resource_id, correlation_id, trace_id,"
                + " idempotency_key_digest, fence_token, approval_id, digest, policy_version, rule_id, replay_of,"
                + " replay_generation, duration_ms, detail_hash, prev_hash, hash, detail FROM audit_entries"
                + " WHERE seq = 5");

        assertThat(journal.chain().verify(null, null))
                .extracting(AuditChain.Verification::firstBadSeq, AuditChain.Verification::reason)
                .containsExactly(6L, ChainBreak.BEYOND_HEAD);
        assertThatThrownBy(() -> journal.chain().trace("req_1", 10))
                .satisfies(JournalContract.code(ErrorCode.AUDIT_CHAIN_BROKEN));
        assertThatThrownBy(() -> journal.append(event("next")))
                .satisfies(JournalContract.code(ErrorCode.AUDIT_UNAVAILABLE));
    }

    @Test
    void brokenTailIsRefusedAtStart() throws SQLException {
        appendMany(1500);
        outside(UNLOCK + "UPDATE audit_entries SET actor_id = 'x' WHERE seq = 1400");
        journal.close();

        assertThatThrownBy(() -> open(OPTIONS)).isInstanceOfSatisfying(SoniaException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.AUDIT_CHAIN_BROKEN);
            assertThat(e.details()).containsEntry("first_bad_seq", 1400L);
            assertThat(e).hasMessageContaining("entry 1400").hasMessageContaining("sonia.db");
        });
        outside("UPDATE audit_entries SET actor_id = 'usr_operator' WHERE seq = 1400");
        journal = open(OPTIONS);
        assertThat(journal.chain().head().size()).isEqualTo(1500);
    }

    /** Long chains are checked in pieces of 4,000, some at once; a file is walked from its first entry to its last. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            UPDATE audit_entries SET actor_id = 'x' WHERE seq IN (1, 4000, 8000)       | 1    | hash_mismatch
            UPDATE audit_entries SET actor_id = 'x' WHERE seq IN (4000, 4001)          | 4000 | hash_mismatch
            UPDATE audit_entries SET actor_id = 'x' WHERE seq IN (4001, 8001)          | 4001 | hash_mismatch
            UPDATE audit_entries SET actor_id = 'x' WHERE seq IN (7999, 8998)          | 7999 | hash_mismatch
            UPDATE audit_entries SET detail = '{}' WHERE seq IN (8000, 8001)           | 8000 | detail_mismatch
            UPDATE audit_entries SET detail = '{}' WHERE seq IN (8001, 9000)           | 8001 | detail_mismatch
            UPDATE audit_entries SET actor_id = 'x' WHERE seq = 9000                   | 9000 | hash_mismatch
            UPDATE audit_entries SET hash = prev_hash WHERE seq IN (4000, 8000)        | 4000 | hash_mismatch
            UPDATE audit_entries SET prev_hash = hash WHERE seq IN (4001, 8001)        | 4001 | prev_hash_mismatch
            DELETE FROM audit_entries WHERE seq IN (4000, 8001)                        | 4000 | gap
            DELETE FROM audit_entries WHERE seq IN (4001, 8000)                        | 4001 | gap
            DELETE FROM audit_entries WHERE seq BETWEEN 3999 AND 8002                  | 3999 | gap
            DELETE FROM audit_entries WHERE seq BETWEEN 4001 AND 8000                  | 4001 | gap
            DELETE FROM audit_entries WHERE seq > 8000                                 | 8001 | gap
            """)
    void theFirstBreakIsNamedAsInOneWalk(String change, long bad, String reason) throws SQLException {
        appendMany(9000);
        outside(UNLOCK + change);

        AuditChain.Verification found = journal.chain().verify(null, null);

        assertThat(found.firstBadSeq()).isEqualTo(bad);
        assertThat(found.reason()).isEqualTo(reason);
        assertThat(found.checkedEntries()).isEqualTo(bad - 1);
        if (!change.contains(">")) { // a file alone does not show that its end is missing
            assertThat(found)
                    .isEqualTo(AuditFile.verify(folder.resolve("sonia.db")).verification());
        }
    }

    @Test
    void chainInPiecesIsWholeWhileOthersAppend() {
        appendMany(9000);
        AtomicBoolean enough = new AtomicBoolean();
        FutureTask<Integer> appending = new FutureTask<>(() -> {
            int appended = 0;
            while (!enough.get()) {
                journal.append(event("task.update"));
                appended++;
            }
            return appended;
        });
        Threads.platform("appending", appending);

        for (int i = 0; i < 3; i++) {
            AuditChain.Verification found = journal.chain().verify(null, null);
            assertThat(found.valid()).isTrue();
            assertThat(found.checkedEntries()).isGreaterThanOrEqualTo(9000);
        }
        enough.set(true);

        assertThat(appending)
                .succeedsWithin(Duration.ofSeconds(10))
                .satisfies(appended -> assertThat(journal.chain().head().size()).isEqualTo(9000 + appended));
    }

    /** A piece is checked against what the one before ended with, should that be changed meanwhile. */
    @Test
    void piecesThatDoNotFitAreABreak() throws SQLException {
        appendMany(4);
        ChainWalk second = journal.read(sql -> ChainWalk.startingAt(sql, 3, AuditChain.Head.EMPTY));
        second.takeAll(journal.read(sql -> StoredEntry.range(sql, 3, 4)));
        StoredEntry entry = journal.read(sql -> StoredEntry.range(sql, 2, 2)).getFirst();
        outside(UNLOCK + "UPDATE audit_entries SET actor_id = 'forger', hash = '" + forged(entry) + "' WHERE seq = 2");
        ChainWalk first = journal.read(sql -> ChainWalk.startingAt(sql, 1, AuditChain.Head.EMPTY));
        first.takeAll(journal.read(sql -> StoredEntry.range(sql, 1, 2)));

        first.goesOn(second);

        assertThat(first.result().firstBadSeq()).isEqualTo(3);
        assertThat(first.result().reason()).isEqualTo(ChainBreak.PREV_HASH);
    }

    /** The entry's hash if somebody else had been the actor. */
    private static String forged(StoredEntry entry) {
        return new EntryHash()
                .of(
                        entry.prevHash(),
                        field -> field == AuditField.ACTOR_ID
                                ? "forger".getBytes(StandardCharsets.UTF_8)
                                : entry.texts().get(field));
    }

    @ParameterizedTest
    @ValueSource(longs = {501, 1999})
    void breakBehindTheLastCheckpointIsRefusedAtStart(long bad) throws SQLException {
        appendMany(3000);
        anchorAt(500);
        outside(UNLOCK + "UPDATE audit_entries SET actor_id = 'x' WHERE seq = " + bad);
        journal.close();

        assertThatThrownBy(() -> open(OPTIONS))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.details()).containsEntry("first_bad_seq", bad));
        outside("UPDATE audit_entries SET actor_id = 'usr_operator'");
        journal = open(OPTIONS);
    }

    @Test
    void oldBreakIsFoundByVerificationAfterStart() throws SQLException {
        appendMany(1500);
        anchorAt(500);
        outside(UNLOCK + "UPDATE audit_entries SET actor_id = 'x' WHERE seq = 400");
        journal.close();
        journal = open(OPTIONS);

        assertThat(journal.chain().verify(null, null).firstBadSeq()).isEqualTo(400);
        assertThat(journal.chain().verify(401L, null).valid()).isTrue();
    }

    /** Values that differ from what is stored in row 2. */
    private static List<String> changes(AuditField field) {
        String column = field.wireName();
        return switch (field.form()) {
            case TEXT ->
                List.of(
                        "coalesce(" + column + ", '') || 'x'",
                        "CASE WHEN " + column + " IS NULL THEN '' ELSE substr(" + column + ", 2) || '?' END");
            case INTEGER -> List.of("coalesce(" + column + ", 0) + 40");
            case NUMBER -> List.of(column + " + 0.001", "NULL", "9e999", "1.2500000000000002");
        };
    }

    /** Applies the change, notes which way of looking misses it, and takes it back. */
    private List<String> missedAfter(String change, long seq) throws SQLException {
        List<String> missed = new ArrayList<>();
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("DROP TRIGGER IF EXISTS audit_entries_no_update;"
                    + "DROP TRIGGER IF EXISTS audit_entries_no_delete;"
                    + "CREATE TEMP TABLE kept AS SELECT * FROM audit_entries;" + change);
            AuditChain.Verification found = journal.chain().verify(null, null);
            if (found.valid() || !Long.valueOf(seq).equals(found.firstBadSeq())) {
                missed.add("verify: " + change + " " + found);
            }
            try {
                journal.chain().entries(AuditChain.Filter.ALL, 10, null);
                missed.add("entries: " + change);
            } catch (SoniaException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.AUDIT_CHAIN_BROKEN);
            }
            statement.executeUpdate("DELETE FROM audit_entries; INSERT INTO audit_entries SELECT * FROM kept;");
        }
        return missed;
    }

    private byte[] bytes(String column, long seq) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                var row = statement.executeQuery(
                        "SELECT coalesce(" + column + ", '') FROM audit_entries WHERE seq = " + seq)) {
            row.next();
            return row.getBytes(1);
        }
    }

    private void outside(String statements) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(statements);
        }
    }

    private Connection connect() throws SQLException {
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("sonia.db"));
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("PRAGMA synchronous = OFF");
        }
        return connection;
    }
}
