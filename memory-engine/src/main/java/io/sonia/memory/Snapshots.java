package io.sonia.memory;

import io.sonia.contracts.Listing;
import io.sonia.contracts.memory.PageQuery;
import io.sonia.contracts.memory.Snapshot;
import io.sonia.contracts.memory.SnapshotCreate;
import io.sonia.contracts.memory.SnapshotList;
import io.sonia.contracts.memory.SnapshotRestore;
import io.sonia.contracts.memory.SnapshotRestored;
import io.sonia.journal.Answers;
import io.sonia.journal.Sql;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Snapshots of which memories are in force, and the way back to one: by new versions, so that nothing is lost. */
final class Snapshots {

    private final Foundation base;
    private final Restores restores;
    private final int keep;
    private final AtomicBoolean restoring = new AtomicBoolean();

    /** @param keep snapshots there are at most; the oldest go first */
    Snapshots(Foundation base, Restores restores, int keep) {
        this.base = base;
        this.restores = restores;
        this.keep = keep;
    }

    List<Route<?>> list() {
        return List.of(
                Route.of(Operation.SNAPSHOT_CREATE, SnapshotCreate.class, Snapshot.class, this::create),
                Route.of(Operation.SNAPSHOT_LIST, PageQuery.class, SnapshotList.class, this::page),
                Route.of(Operation.SNAPSHOT_RESTORE, SnapshotRestore.class, SnapshotRestored.class, this::restore));
    }

    private Reply create(Call<SnapshotCreate> call) {
        String id = base.ids().next("snp_");
        Instant now = base.clock().now();
        return base.journal().commit(tx -> {
            Sql sql = tx.sql();
            long number = 1 + sql.number("SELECT coalesce(max(number), 0) FROM snapshots");
            int count = SnapshotStore.record(sql, number, call.input().sessionId());
            Snapshot snapshot = new Snapshot(
                    id,
                    call.input().sessionId(),
                    count,
                    Documents.documents(sql),
                    SnapshotStore.digest(sql, number),
                    call.input().metadata(),
                    now);
            SnapshotStore.insert(sql, number, snapshot);
            SnapshotStore.keep(sql, keep);
            Map<String, @Nullable Object> detail = new LinkedHashMap<>();
            detail.put("ledger_count", snapshot.ledgerCount());
            detail.put("digest", snapshot.digest());
            tx.audit(call.audit().about("snapshot", id).detail(detail));
            return Answers.keep(tx, call, Reply.ok(snapshot));
        });
    }

    private Reply page(Call<PageQuery> call) {
        PageQuery filter = call.input();
        Listing.Page<Snapshot> page = new Listing("snapshots", "snapshot_id")
                .page(base.journal(), base.cursors(), filter.cursor(), filter.limit(), SnapshotStore::read);
        return Reply.ok(new SnapshotList(page.rows(), page.rows().size(), page.total(), page.nextCursor()));
    }

    private Reply restore(Call<SnapshotRestore> call) {
        String id = Ids.checked(call.path("snapshot_id"));
        boolean dryRun = call.input().dryRun();
        Restores.Wanted wanted = base.journal().read(sql -> verified(sql, id));
        if (dryRun) {
            return Reply.ok(answer(id, restores.foreseen(wanted), true, null));
        }
        if (!restoring.compareAndSet(false, true)) {
            throw SoniaException.of(ErrorCode.INVALID_STATE, "A snapshot is being restored")
                    .with("state", "restoring");
        }
        try {
            Restores.Tally tally = restores.carriedOut(wanted);
            return base.journal().commit(tx -> {
                SnapshotRestored done = answer(id, tally, false, Restores.digest(tx.sql(), wanted.sessionId()));
                Map<String, @Nullable Object> detail = new LinkedHashMap<>();
                detail.put("reactivated", done.reactivated());
                detail.put("archived", done.archived());
                detail.put("reverted", done.reverted());
                detail.put("withheld", done.withheld());
                detail.put("digest_after", done.digestAfter());
                tx.audit(call.audit().about("snapshot", id).detail(detail));
                return Answers.keep(tx, call, Reply.ok(done));
            });
        } finally {
            restoring.set(false);
        }
    }

    /** The snapshot, if what it has on record still gives its digest. */
    private static Restores.Wanted verified(Sql sql, String id) throws SQLException {
        Snapshot snapshot = sql.one("SELECT * FROM snapshots WHERE snapshot_id = ?", SnapshotStore::read, id)
                .orElseThrow(() -> SoniaException.of(ErrorCode.NOT_FOUND).with("snapshot_id", id));
        long number = SnapshotStore.number(sql, id).orElseThrow();
        if (!SnapshotStore.digest(sql, number).equals(snapshot.digest())) {
            throw SoniaException.of(ErrorCode.INTEGRITY_FAILED, "The snapshot is not what it was")
                    .with("snapshot_id", id);
        }
        return new Restores.Wanted(number, snapshot.sessionId());
    }

    private static SnapshotRestored answer(
            String id, Restores.Tally tally, boolean dryRun, @Nullable String digestAfter) {
        return new SnapshotRestored(
                id,
                dryRun,
                tally.reactivated,
                tally.archived,
                tally.reverted,
                tally.unchanged,
                tally.withheld,
                digestAfter);
    }
}
