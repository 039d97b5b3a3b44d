package io.sonia.gateway;

import io.sonia.contracts.backup.BackupFolder;
import io.sonia.contracts.backup.DeadLettersRestored;
import io.sonia.contracts.backup.RestoreDeadLetters;
import io.sonia.journal.Answers;
import io.sonia.journal.Journal;
import io.sonia.journal.ReadOnlyJournal;
import io.sonia.journal.Row;
import io.sonia.journal.Sql;
import io.sonia.journal.Tx;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Reply;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts the open dead letters of a backup back, each with its action, where they are missing. One whose replay was on its
 * way is left out: whether it ran is not known to the backup.
 */
final class LetterRestore {

    private static final String HAS_LETTERS = "SELECT count(*) FROM sqlite_schema WHERE name = 'dead_letters'";
    private static final String OPEN = "SELECT d.letter_id, d.action_id, d.failure_class, d.reads, d.params_sha256,"
            + " d.created_at, d.replay_action_id, d.replay_generation, a.intent, a.state, a.session_id, a.turn_id,"
            + " a.approval_id, a.action, a.created_at AS action_created_at, a.ruling FROM dead_letters d"
            + " JOIN actions a ON a.action_id = d.action_id WHERE d.state = 'open' ORDER BY d.created_at, d.letter_id";
    private static final String PUT_ACTION = "INSERT INTO actions (action_id, intent, state, session_id, turn_id,"
            + " approval_id, action, created_at, ruling, instance) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            + " ON CONFLICT DO NOTHING";
    private static final String PUT_LETTER = "INSERT INTO dead_letters (letter_id, action_id, state, intent,"
            + " failure_class, reads, params_sha256, created_at, instance, replay_action_id, replay_generation)"
            + " VALUES (?, ?, 'open', ?, ?, ?, ?, ?, ?, ?, ?)";

    /** A letter as the backup has it: the arguments of {@link #PUT_LETTER} and of {@link #PUT_ACTION}. */
    private record Kept(
            String letterId,
            @Nullable Object[] letter,
            @Nullable Object[] action) {}

    private final Journal journal;
    private final int cap;

    /** @param cap letters that may wait at a time */
    LetterRestore(Journal journal, int cap) {
        this.journal = journal;
        this.cap = cap;
    }

    /**
     * Puts back what is missing, all of it or nothing.
     *
     * @param backup one that was found sound
     * @throws SoniaException STORAGE_FULL if there is no room for all
     */
    Reply from(BackupFolder backup, String backupId, Call<RestoreDeadLetters> call) {
        List<Kept> all = read(backup);
        if (call.input().dryRun()) {
            int missing = journal.read(sql -> missing(sql, all)).size();
            return Reply.ok(new DeadLettersRestored(backupId, true, missing, 0, all.size() - missing));
        }
        return journal.commit(tx -> {
            List<Kept> missing = missing(tx.sql(), all);
            long waiting = tx.sql().number("SELECT count(*) FROM dead_letters WHERE state IN ('open', 'claimed')");
            if (waiting + missing.size() > cap) {
                throw SoniaException.of(ErrorCode.STORAGE_FULL, "There is no room for the dead letters of the backup");
            }
            for (Kept each : missing) {
                put(tx, each);
            }
            int restored = missing.size();
            tx.audit(call.audit().about("backup", backupId).detail(Map.of("records_restored", restored)));
            return Answers.keep(
                    tx,
                    call,
                    Reply.ok(new DeadLettersRestored(backupId, false, restored, restored, all.size() - restored)));
        });
    }

    private static void put(Tx tx, Kept letter) throws SQLException {
        tx.sql().update(PUT_ACTION, letter.action());
        tx.sql().update(PUT_LETTER, letter.letter());
    }

    private static List<Kept> missing(Sql sql, List<Kept> all) throws SQLException {
        List<String> known = sql.list("SELECT letter_id FROM dead_letters", row -> row.text("letter_id"));
        return all.stream().filter(each -> !known.contains(each.letterId())).toList();
    }

    private List<Kept> read(BackupFolder backup) {
        try (ReadOnlyJournal copy = ReadOnlyJournal.ofFile(backup.store(ServiceName.API_GATEWAY))) {
            return copy.read(sql -> sql.number(HAS_LETTERS) == 0 ? List.of() : sql.list(OPEN, this::kept));
        } catch (SoniaException unreadable) {
            throw SoniaException.caused(ErrorCode.INTEGRITY_FAILED, unreadable);
        }
    }

    private Kept kept(Row row) throws SQLException {
        String intent = row.text("intent");
        @Nullable
        Object[] letter = {
            row.text("letter_id"),
            row.text("action_id"),
            intent,
            row.text("failure_class"),
            row.integer("reads"),
            row.text("params_sha256"),
            row.instant("created_at"),
            journal.instance(),
            row.textOrNull("replay_action_id"),
            row.integer("replay_generation")
        };
        @Nullable
        Object[] action = {
            row.text("action_id"),
            intent,
            row.text("state"),
            row.textOrNull("session_id"),
            row.textOrNull("turn_id"),
            row.textOrNull("approval_id"),
            row.text("action"),
            row.instant("action_created_at"),
            row.textOrNull("ruling"),
            journal.instance()
        };
        return new Kept(row.text("letter_id"), letter, action);
    }
}
