package io.sonia.memory;

import io.sonia.contracts.memory.UserErase;
import io.sonia.contracts.memory.UserErased;
import io.sonia.journal.Answers;
import io.sonia.journal.Migration;
import io.sonia.journal.Sql;
import io.sonia.journal.Work;
import io.sonia.kernel.Ids;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.json.Violations;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes everything of a user out of the memory: memories with all versions, what is known about them, documents the user
 * had read in, and the conversation history. It goes in many commits, so that others get their turn; one that was cut off
 * is finished by asking again. What stays is the audit log, which has no texts.
 */
final class Erasures {

    static final Migration MIGRATION = new Migration(
            7,
            "who had a document read in",
            "ALTER TABLE workspace_documents ADD COLUMN ingested_by TEXT;",
            "ALTER TABLE workspace_documents DROP COLUMN ingested_by;");

    /** Memories removed in one commit. */
    private static final int BATCH = 200;

    /** Documents removed in one commit; each may have thousands of pieces. */
    private static final int DOCUMENT_BATCH = 1;

    private final Foundation base;
    private final Ledger ledger;
    private final Documents documents;
    private final Runnable vectorsGone;

    /** @param vectorsGone told once vectors have gone from the store */
    Erasures(Foundation base, Ledger ledger, Documents documents, Runnable vectorsGone) {
        this.base = base;
        this.ledger = ledger;
        this.documents = documents;
        this.vectorsGone = vectorsGone;
    }

    Reply erase(Call<UserErase> call) {
        String userId = Ids.checked(call.path("user_id"));
        if (!call.input().confirm().equals(userId)) {
            throw Violations.single("confirm", "equal", "expected the user's id once more");
        }
        int vectors = Math.toIntExact(base.journal().read(sql -> Vectors.of(sql, userId)));
        UserErased erased = new UserErased(
                userId,
                inBatches(BATCH, tx -> memories(tx.sql(), userId)),
                inBatches(DOCUMENT_BATCH, tx -> documents(tx.sql(), userId)),
                inBatches(BATCH, tx -> Histories.erase(tx.sql(), userId, BATCH)),
                vectors);
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        detail.put("memories", erased.memories());
        detail.put("documents", erased.documents());
        detail.put("turns", erased.turns());
        Reply reply = base.journal().commit(tx -> {
            tx.audit(call.audit().about("user", userId).detail(detail));
            return Answers.keep(tx, call, Reply.ok(erased));
        });
        Redactions.writeAnew(base.journal());
        vectorsGone.run();
        return reply;
    }

    private int inBatches(int batch, Work<Integer> work) {
        int all = 0;
        int done = batch;
        while (done == batch) {
            done = base.journal().commit(work);
            all += done;
        }
        return all;
    }

    private int memories(Sql sql, String userId) throws SQLException {
        List<String> ids =
                sql.list("SELECT id FROM ledger WHERE user_id = ? LIMIT " + BATCH, row -> row.text("id"), userId);
        for (String id : ids) {
            ledger.remove(sql, id);
            Redactions.forgotten(sql, id);
            sql.update("DELETE FROM provenance WHERE memory_id = ?", id);
            sql.update("DELETE FROM redaction_audit WHERE memory_id = ?", id);
            sql.update("DELETE FROM memory_conflicts WHERE memory_id_a = ?1 OR memory_id_b = ?1", id);
        }
        return ids.size();
    }

    private int documents(Sql sql, String userId) throws SQLException {
        List<String> ids = sql.list(
                "SELECT doc_id FROM workspace_documents WHERE ingested_by = ? LIMIT " + DOCUMENT_BATCH,
                row -> row.text("doc_id"),
                userId);
        for (String id : ids) {
            documents.remove(sql, id);
        }
        return ids.size();
    }
}
