package io.sonia.memory;

import io.sonia.contracts.memory.Item;
import io.sonia.journal.Row;
import io.sonia.journal.Sql;
import io.sonia.journal.Tx;
import io.sonia.kernel.json.Json;
import io.sonia.memory.SnapshotStore.Recorded;
import io.sonia.memory.SnapshotStore.Text;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The way back to a snapshot, a few hundred memories in a commit beside everything else; one that was cut off is finished
 * by asking again. What was redacted or erased since stays away.
 */
final class Restores {

    private static final int BATCH = 200;

    private static final Recorded START = new Recorded("", 0, "");

    /** The number of a snapshot and the session it is limited to. */
    record Wanted(long number, @Nullable String sessionId) {}

    /** What becomes of the memories, counted. */
    static final class Tally {
        int reactivated;
        int archived;
        int reverted;
        int unchanged;
        int withheld;
    }

    /** A row of the ledger, deleted or not. */
    private record Kept(Item item, String contentHash, boolean archived) {

        static Kept read(Row row) throws SQLException {
            return new Kept(Ledger.item(row), row.text("content_hash"), row.textOrNull("archived_at") != null);
        }
    }

    /** A memory as it was, and what stands in its place now. */
    private record Pair(Kept was, Text text, Kept now, boolean same) {}

    private final Foundation base;
    private final Ledger ledger;
    private final Versions versions;

    Restores(Foundation base, Ledger ledger, Versions versions) {
        this.base = base;
        this.ledger = ledger;
        this.versions = versions;
    }

    /** What a restore would do. */
    Tally foreseen(Wanted wanted) {
        return base.journal().read(sql -> {
            Tally tally = new Tally();
            int stay = 0;
            List<Recorded> items = SnapshotStore.items(sql, wanted.number(), START, BATCH);
            while (!items.isEmpty()) {
                for (Recorded item : items) {
                    Optional<Pair> pair = pair(sql, item);
                    count(tally, pair);
                    stay += pair.isPresent() && !pair.get().now().archived() ? 1 : 0;
                }
                items = SnapshotStore.items(sql, wanted.number(), items.getLast(), BATCH);
            }
            tally.archived = Math.toIntExact(sql.number(
                            "SELECT count(*) FROM ledger WHERE " + SnapshotStore.COVERED, wanted.sessionId()))
                    - stay;
            return tally;
        });
    }

    /** Puts the memories of the snapshot in force again and what came after it out of force. */
    Tally carriedOut(Wanted wanted) {
        Tally tally = new Tally();
        Instant began = base.clock().now();
        base.journal().commit(tx -> tx.sql().update("DELETE FROM snapshot_kept"));
        List<Recorded> done = restored(wanted, START, tally);
        while (!done.isEmpty()) {
            done = restored(wanted, done.getLast(), tally);
        }
        int archived = BATCH;
        while (archived == BATCH) {
            archived = base.journal().commit(tx -> archived(tx.sql(), wanted, began));
            tally.archived += archived;
        }
        base.journal().commit(tx -> tx.sql().update("DELETE FROM snapshot_kept"));
        return tally;
    }

    private List<Recorded> restored(Wanted wanted, Recorded after, Tally tally) {
        return base.journal().commit(tx -> restored(tx, wanted, after, tally));
    }

    /** Restores the next memories and tells which those were. */
    private List<Recorded> restored(Tx tx, Wanted wanted, Recorded after, Tally tally) throws SQLException {
        List<Recorded> items = SnapshotStore.items(tx.sql(), wanted.number(), after, BATCH);
        for (Recorded item : items) {
            Optional<Pair> pair = pair(tx.sql(), item);
            count(tally, pair);
            if (pair.isPresent()) {
                String id = carryOut(tx, pair.get());
                tx.sql().update("INSERT OR IGNORE INTO snapshot_kept (memory_id) VALUES (?)", id);
            }
        }
        return items;
    }

    private static void count(Tally tally, Optional<Pair> pair) {
        if (pair.isEmpty()) {
            tally.withheld++;
        } else if (!pair.get().same()) {
            tally.reverted++;
        } else if (pair.get().now().archived()) {
            tally.reactivated++;
        } else {
            tally.unchanged++;
        }
    }

    /** The id of what is in force afterwards. */
    private String carryOut(Tx tx, Pair pair) throws SQLException {
        Item now = pair.now().item();
        Instant at = base.clock().now();
        if (pair.now().archived()) {
            ledger.reactivate(tx.sql(), now, at);
        }
        if (pair.same()) {
            return now.id();
        }
        Item was = pair.was().item();
        Versions.Change change = new Versions.Change(
                pair.text().content(),
                Json.parseObject(pair.text().metadata()),
                new Draft.Validity(was.validFrom(), was.validUntil()));
        return versions.next(tx, now, change, at).item().id();
    }

    /** Nothing if it must stay away. */
    private static Optional<Pair> pair(Sql sql, Recorded item) throws SQLException {
        Kept was = sql.one("SELECT * FROM ledger WHERE id = ?", Kept::read, item.memoryId())
                .filter(row -> !row.item().redacted())
                .orElse(null);
        if (was == null) {
            return Optional.empty();
        }
        boolean overwritten = was.item().subtype() == null && was.item().version() != item.revision();
        Text text = overwritten
                ? SnapshotStore.formerText(sql, item).orElse(null)
                : new Text(was.item().content(), Json.text(was.item().metadata()));
        Kept now = now(sql, was).filter(row -> !row.item().redacted()).orElse(null);
        if (text == null || now == null || !text.says(item.contentHash())) {
            return Optional.empty();
        }
        boolean same = now.item().id().equals(was.item().id())
                ? !overwritten
                : now.contentHash().equals(item.contentHash())
                        && Json.text(now.item().metadata()).equals(text.metadata());
        return Optional.of(new Pair(was, text, now, same));
    }

    /** The newest version. */
    private static Optional<Kept> now(Sql sql, Kept was) throws SQLException {
        return was.item().supersededBy() == null
                ? Optional.of(was)
                : sql.one(
                        "SELECT * FROM ledger WHERE chain_head = ? AND superseded_by IS NULL ORDER BY seq DESC LIMIT 1",
                        Kept::read,
                        was.item().versionChainHead());
    }

    /** Takes the next memories out of force that the snapshot does not have. */
    private int archived(Sql sql, Wanted wanted, Instant began) throws SQLException {
        List<String> ids = sql.list(
                "SELECT id FROM ledger WHERE " + SnapshotStore.COVERED
                        + " AND recorded_at <= ?2 AND id NOT IN (SELECT memory_id FROM snapshot_kept) LIMIT " + BATCH,
                row -> row.text("id"),
                wanted.sessionId(),
                began);
        for (String id : ids) {
            ledger.archive(sql, id, base.clock().now());
        }
        return ids.size();
    }

    /** The digest of what is in force, as a snapshot of now would have it. */
    static String digest(Sql sql, @Nullable String sessionId) throws SQLException {
        SnapshotStore.record(sql, NO_NUMBER, sessionId);
        String digest = SnapshotStore.digest(sql, NO_NUMBER);
        sql.update("DELETE FROM snapshot_items WHERE snapshot = ?", NO_NUMBER);
        return digest;
    }

    /** No snapshot has it. */
    private static final long NO_NUMBER = 0;
}
