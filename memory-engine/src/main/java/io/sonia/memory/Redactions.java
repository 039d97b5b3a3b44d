package io.sonia.memory;

import io.sonia.contracts.Listing;
import io.sonia.contracts.memory.Item;
import io.sonia.contracts.memory.PageQuery;
import io.sonia.contracts.memory.Redact;
import io.sonia.contracts.memory.Redacted;
import io.sonia.contracts.memory.Redaction;
import io.sonia.contracts.memory.RedactionList;
import io.sonia.journal.Answers;
import io.sonia.journal.Row;
import io.sonia.journal.Sql;
import io.sonia.journal.Tx;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Reply;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Destruction of what memories say, for good. The content is overwritten, taken out of the index and out of kept
 * answers in one commit; then index and store are written anew, so that no page of the file has it any more. That there
 * was something, and who had it destroyed and why, stays.
 */
final class Redactions {

    private final Foundation base;
    private final Ledger ledger;
    private final Runnable vectorsGone;

    /** @param vectorsGone told after vectors were destroyed */
    Redactions(Foundation base, Ledger ledger, Runnable vectorsGone) {
        this.vectorsGone = vectorsGone;
        this.base = base;
        this.ledger = ledger;
    }

    Reply redact(Call<Redact> call) {
        Redact input = call.input();
        String id = Ids.checked(input.memoryId());
        Instant now = base.clock().now();
        Reply reply = base.journal().commit(tx -> {
            Item seen = ledger.require(tx.sql(), id);
            List<Item> open = (input.wholeChain() ? ledger.versions(tx.sql(), seen) : List.of(seen))
                    .stream().filter(each -> !each.redacted()).toList();
            if (open.isEmpty()) {
                throw SoniaException.of(ErrorCode.INVALID_STATE).with("state", "redacted");
            }
            int answers = 0;
            for (Item item : open) {
                ledger.redact(tx.sql(), item.id(), now);
                answers += forgotten(tx.sql(), item.id());
                record(tx, call, item.id(), now);
            }
            Redacted.Purged purged = new Redacted.Purged(open.size(), open.size(), answers);
            return Answers.keep(tx, call, Reply.ok(new Redacted("redacted", id, open.size(), purged)));
        });
        // Deleted words stay in pieces of the index until those are merged, and old pages in the file until it is
        // copied.
        base.journal().commit(tx -> tx.sql().update("INSERT INTO memory_fts (memory_fts) VALUES ('optimize')"));
        base.journal().vacuum();
        vectorsGone.run();
        return reply;
    }

    private void record(Tx tx, Call<Redact> call, String id, Instant now) throws SQLException {
        String redactionId = base.ids().next("red_");
        tx.sql()
                .update(
                        "INSERT INTO redaction_audit (redaction_id, memory_id, reason, performed_by, created_at)"
                                + " VALUES (?, ?, ?, ?, ?)",
                        redactionId,
                        id,
                        call.input().reason(),
                        call.caller().actorId(),
                        now);
        tx.audit(call.audit().about("memory", id).detail(Map.of("redaction_id", redactionId)));
    }

    /** Empties kept answers that hold the memory; a repetition of their request is answered from the memory as it is. */
    private static int forgotten(Sql sql, String id) throws SQLException {
        return sql.update("UPDATE idempotency_keys SET body = x'7b7d', body_whole = 0 WHERE body_ref = ?", id);
    }

    Reply list(Call<PageQuery> call) {
        String id = Ids.checked(call.path("memory_id"));
        PageQuery filter = call.input();
        Listing.Page<Redaction> page = base.journal().read(sql -> {
            ledger.require(sql, id);
            return new Listing("redaction_audit", "redaction_id")
                    .where("memory_id", id)
                    .page(sql, base.cursors(), filter.cursor(), filter.limit(), Redactions::read);
        });
        return Reply.ok(new RedactionList(id, page.rows(), page.rows().size(), page.total(), page.nextCursor()));
    }

    private static Redaction read(Row row) throws SQLException {
        return new Redaction(
                row.text("redaction_id"),
                row.text("memory_id"),
                "REDACT",
                row.text("reason"),
                row.instant("created_at"),
                row.text("performed_by"));
    }
}
