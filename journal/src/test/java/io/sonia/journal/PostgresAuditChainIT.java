package io.sonia.journal;

import static io.sonia.journal.Samples.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The audit chain in PostgreSQL, and what an outside client may do to its table. */
class PostgresAuditChainIT extends AuditChainContract {

    private static final String UNLOCK = "ALTER TABLE audit_entries DISABLE TRIGGER USER";

    private final PostgresDatabase database = PostgresSchemas.empty();

    @Override
    Journal open(JournalOptions options) {
        return PostgresJournal.open(database, ServiceName.EVA_OS, List.of(), clock, new Hlc(clock), options);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE audit_entries SET actor_id = 'x' WHERE seq = 2",
                "DELETE FROM audit_entries WHERE seq = 3",
                "DELETE FROM audit_entries",
                "TRUNCATE audit_entries",
                "INSERT INTO audit_entries SELECT * FROM audit_entries WHERE seq = 1"
                        + " ON CONFLICT (seq) DO UPDATE SET actor_id = 'x'"
            })
    void entriesCannotBeChanged(String change) {
        appendMany(3);

        assertThatThrownBy(() -> outside(change)).hasMessageContaining("append-only");
        assertThat(journal.chain().verify(null, null).valid()).isTrue();
    }

    @Test
    void everyChangeOfEveryColumnIsFound() throws SQLException {
        appendMany(3);
        List<String> missed = new ArrayList<>();
        for (AuditField field : AuditField.values()) {
            for (String change : changes(field)) {
                missed.addAll(missedAfter(field.wireName() + " = " + change));
            }
        }
        missed.addAll(missedAfter("detail = detail || ' '"));
        missed.addAll(missedAfter("detail = '{}'"));

        assertThat(missed).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            DELETE FROM audit_entries WHERE seq = 4                     | 4  | gap
            DELETE FROM audit_entries WHERE seq = 1                     | 1  | gap
            DELETE FROM audit_entries WHERE seq > 6                     | 7  | gap
            DELETE FROM audit_entries                                   | 1  | gap
            UPDATE audit_entries SET seq = 11 WHERE seq = 5             | 5  | gap
            UPDATE audit_entries SET prev_hash = hash WHERE seq = 5     | 5  | prev_hash_mismatch
            UPDATE audit_entries SET hash = prev_hash WHERE seq = 10    | 10 | hash_mismatch
            """)
    void removedAndMovedEntriesAreNamed(String change, long firstBad, String reason) throws SQLException {
        appendMany(10);
        outside(UNLOCK, change);

        assertThat(journal.chain().verify(null, null))
                .extracting(AuditChain.Verification::firstBadSeq, AuditChain.Verification::reason)
                .containsExactly(firstBad, reason);
        assertThatThrownBy(() -> journal.chain().entries(AuditChain.Filter.ALL, 100, null))
                .satisfies(JournalContract.code(ErrorCode.AUDIT_CHAIN_BROKEN));
    }

    /** On a file the newest entry is the head; here the head is a row of its own. */
    @Test
    void newestEntriesThatWereCutOffAreMissedAtStart() throws SQLException {
        appendMany(10);
        journal.close();
        outside(UNLOCK, "DELETE FROM audit_entries WHERE seq > 8");

        assertThatThrownBy(() -> open(OPTIONS)).isInstanceOfSatisfying(SoniaException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.AUDIT_CHAIN_BROKEN);
            assertThat(e.details()).containsEntry("first_bad_seq", 9L);
        });
    }

    @Test
    void brokenTailIsRefusedAtStart() throws SQLException {
        appendMany(1500);
        journal.close();
        outside(UNLOCK, "UPDATE audit_entries SET actor_id = 'x' WHERE seq = 1400");

        assertThatThrownBy(() -> open(OPTIONS))
                .isInstanceOf(SoniaException.class)
                .hasMessageContaining("entry 1400")
                .hasMessageContaining("keep the database as evidence");
    }

    @Test
    void entryAndHeadThatWereRewrittenTogetherDoNotMatchWhatThisProcessWrote() throws SQLException {
        appendMany(5);
        StoredEntry last = journal.read(sql -> StoredEntry.range(sql, 5, 5)).getFirst();
        String forged = new EntryHash()
                .of(
                        last.prevHash(),
                        field -> field == AuditField.ACTOR_ID
                                ? "forger".getBytes(StandardCharsets.UTF_8)
                                : last.texts().get(field));
        outside(
                UNLOCK,
                "UPDATE audit_entries SET actor_id = 'forger', hash = '" + forged + "' WHERE seq = 5",
                "UPDATE journal_head SET hash = '" + forged + "'");

        assertThatThrownBy(() -> journal.chain().trace("req_1", 10))
                .isInstanceOfSatisfying(
                        SoniaException.class,
                        e -> assertThat(e.details())
                                .containsEntry("first_bad_seq", 5L)
                                .containsEntry("reason", ChainBreak.HEAD));
    }

    @Test
    void addedEntryIsFoundAndStopsTheChain() throws SQLException {
        appendMany(5);
        outside(
                "CREATE TABLE added AS SELECT * FROM audit_entries WHERE seq = 5",
                "UPDATE added SET seq = 6",
                "INSERT INTO audit_entries SELECT * FROM added");

        assertThat(journal.chain().verify(null, null))
                .extracting(AuditChain.Verification::firstBadSeq, AuditChain.Verification::reason)
                .containsExactly(6L, ChainBreak.BEYOND_HEAD);
        assertThatThrownBy(() -> journal.append(event("next")))
                .satisfies(JournalContract.code(ErrorCode.AUDIT_UNAVAILABLE));
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
            case NUMBER -> List.of(column + " + 0.001", "NULL");
        };
    }

    /** Applies the change to row 2, notes which way of looking misses it, and takes it back. */
    private List<String> missedAfter(String change) throws SQLException {
        List<String> missed = new ArrayList<>();
        outside(
                UNLOCK,
                "CREATE TABLE kept AS SELECT * FROM audit_entries",
                "UPDATE audit_entries SET " + change + " WHERE seq = 2");
        AuditChain.Verification found = journal.chain().verify(null, null);
        if (found.valid() || !Long.valueOf(2).equals(found.firstBadSeq())) {
            missed.add("verify: " + change + " " + found);
        }
        try {
            journal.chain().entries(AuditChain.Filter.ALL, 10, null);
            missed.add("entries: " + change);
        } catch (SoniaException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.AUDIT_CHAIN_BROKEN);
        }
        outside("DELETE FROM audit_entries", "INSERT INTO audit_entries SELECT * FROM kept", "DROP TABLE kept");
        return missed;
    }

    private void outside(String... statements) throws SQLException {
        PostgresSchemas.run(database, statements);
    }
}
