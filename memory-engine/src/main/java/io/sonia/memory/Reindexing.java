package io.sonia.memory;

import io.sonia.contracts.evaos.Task;
import io.sonia.contracts.evaos.TaskAnswer;
import io.sonia.contracts.evaos.TaskCreate;
import io.sonia.contracts.evaos.TaskCreated;
import io.sonia.contracts.evaos.TaskKind;
import io.sonia.contracts.evaos.TaskStatus;
import io.sonia.contracts.evaos.TaskUpdate;
import io.sonia.contracts.memory.IndexRebuild;
import io.sonia.contracts.memory.IndexStatus;
import io.sonia.contracts.memory.Item;
import io.sonia.journal.Answers;
import io.sonia.journal.Sql;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Threads;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import io.sonia.kernel.http.Reply;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes the full-text index anew from the ledger, a few hundred memories in a commit, beside everything else. How far it
 * is stands in the store, so that a rebuild goes on after a crash. One begins by itself where the index is missing or
 * does not have every memory.
 */
final class Reindexing {

    private static final int BATCH = 300;
    private static final Duration TIME = Duration.ofSeconds(5);
    private static final Duration AFTER_FAILURE = Duration.ofMillis(500);
    private static final Duration PUT_OFF = Duration.ofMillis(250);
    private static final int TELL_TRIES = 20;
    private static final String INDEXABLE = "archived_at IS NULL AND redacted_at IS NULL";

    /** A rebuild on record: what is after {@code done} and up to {@code last} is still to do. */
    private record Rebuild(@Nullable String taskId, long done, long last) {

        int percent() {
            return last == 0 ? 100 : (int) (done * 100 / last);
        }
    }

    private final Foundation base;
    private final Peer evaOs;
    private final @Nullable Embedding embedding;
    private final BackgroundWork background;
    private volatile boolean closing;

    /** @param embedding null without an embedding model */
    Reindexing(Foundation base, Peer evaOs, @Nullable Embedding embedding, BackgroundWork background) {
        this.base = base;
        this.embedding = embedding;
        this.evaOs = evaOs;
        this.background = background;
    }

    /** Goes on with a rebuild of a former life, or begins one if the index is not whole. */
    void start() {
        if (running().isEmpty() && whole()) {
            return;
        }
        if (running().isEmpty()) {
            begin(null);
        }
        work();
    }

    void close() {
        closing = true;
    }

    boolean runs() {
        return running().isPresent();
    }

    private Optional<Rebuild> running() {
        return base.journal().read(Reindexing::running);
    }

    private static Optional<Rebuild> running(Sql sql) throws SQLException {
        return sql.one(
                "SELECT task_id, done, last FROM index_rebuild",
                row -> new Rebuild(row.textOrNull("task_id"), row.number("done"), row.number("last")));
    }

    private boolean whole() {
        try {
            return base.journal()
                    .read(sql -> sql.number("SELECT count(*) FROM memory_fts")
                            == sql.number("SELECT count(*) FROM ledger WHERE " + INDEXABLE));
        } catch (SoniaException damagedOrMissing) {
            return false;
        }
    }

    /** Puts on record that the index is made anew, and empties it. */
    void begin(@Nullable String taskId) {
        base.journal().commit(tx -> begin(tx.sql(), taskId));
    }

    private static boolean begin(Sql sql, @Nullable String taskId) throws SQLException {
        if (running(sql).isPresent()) {
            throw SoniaException.of(ErrorCode.INVALID_STATE, "The index is being made anew");
        }
        sql.update("DROP TABLE IF EXISTS memory_fts");
        sql.update(MemorySchema.INDEX);
        sql.update("INSERT INTO memory_fts (memory_fts, rank) VALUES ('automerge', 2)");
        long last = sql.number("SELECT coalesce(max(seq), 0) FROM ledger");
        sql.update("INSERT INTO index_rebuild (one, task_id, done, last) VALUES (1, ?, 0, ?)", taskId, last);
        return true;
    }

    Reply rebuild(Call<Empty> call) {
        if (runs()) {
            throw SoniaException.of(ErrorCode.INVALID_STATE, "The index is being made anew");
        }
        Task task = evaOs.on(call.context(), Operation.TASK_CREATE)
                .body(new TaskCreate("rebuild of the memory index", null, TaskKind.REINDEX, Map.of()))
                .send(TaskCreated.class)
                .task();
        Reply reply = base.journal().commit(tx -> {
            begin(tx.sql(), task.taskId());
            tx.audit(call.audit().about("task", task.taskId()));
            return Answers.keep(tx, call, Reply.accepted(new IndexRebuild(task.taskId())));
        });
        work();
        return reply;
    }

    Reply status(Call<Empty> call) {
        return Reply.ok(base.journal().read(sql -> {
            Optional<Rebuild> running = running(sql);
            VectorState state = VectorState.of(sql, embedding);
            long docs = sql.number("SELECT count(*) FROM memory_fts");
            return new IndexStatus(
                    new IndexStatus.Keyword(docs, sql.number("SELECT count(*) FROM memory_terms")),
                    new IndexStatus.Vector(state.count(), state.dimensions(), state.model(), state.pending()),
                    running.isEmpty() ? 0 : pending(sql, running.get()),
                    running.map(Rebuild::taskId).orElse(null));
        }));
    }

    private static long pending(Sql sql, Rebuild rebuild) throws SQLException {
        return sql.number(
                "SELECT count(*) FROM ledger WHERE seq > ? AND seq <= ? AND " + INDEXABLE,
                rebuild.done(),
                rebuild.last());
    }

    private void work() {
        Thread _ = Threads.virtual("reindex", () -> {
            String taskId = running().map(Rebuild::taskId).orElse(null);
            int told = -1;
            try {
                boolean more = true;
                while (more && !closing) {
                    more = stepped();
                    int percent = running().map(Rebuild::percent).orElse(100);
                    if (taskId != null && percent / 10 > told / 10) {
                        tell(taskId, percent);
                        told = percent;
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private boolean stepped() throws InterruptedException {
        try {
            if (background.waits()) {
                base.clock().sleep(PUT_OFF);
                return true;
            }
            return step();
        } catch (SoniaException e) {
            base.clock().sleep(AFTER_FAILURE);
            return true;
        }
    }

    /** Indexes the next memories; false once there are none. What changed meanwhile is indexed as it is now. */
    boolean step() {
        return base.journal().commit(tx -> {
            Rebuild rebuild = running(tx.sql()).orElse(null);
            if (rebuild == null) {
                return false;
            }
            record Numbered(long seq, Item item) {}
            List<Numbered> next = tx.sql()
                    .list(
                            "SELECT * FROM ledger WHERE seq > ? AND seq <= ? AND " + INDEXABLE + " ORDER BY seq LIMIT "
                                    + BATCH,
                            row -> new Numbered(row.number("seq"), Ledger.item(row)),
                            rebuild.done(),
                            rebuild.last());
            for (Numbered each : next) {
                tx.sql().update("DELETE FROM memory_fts WHERE rowid = ?", each.seq());
                tx.sql()
                        .update(
                                "INSERT INTO memory_fts (rowid, content) VALUES (?, ?)",
                                each.seq(),
                                Words.indexed(Ledger.searched(each.item())));
            }
            if (next.size() < BATCH) {
                tx.sql().update("DELETE FROM index_rebuild");
                return false;
            }
            tx.sql().update("UPDATE index_rebuild SET done = ?", next.getLast().seq());
            return true;
        });
    }

    /** Lets those who follow the task know; whether they hear of it changes nothing here, but of the end they should. */
    private void tell(String taskId, int percent) throws InterruptedException {
        for (int attempt = 1; attempt <= (percent == 100 ? TELL_TRIES : 1); attempt++) {
            try {
                Context context = Context.own(
                        ServiceName.MEMORY_ENGINE, base.ids().next("req_"), null, TIME, base.ids(), base.clock());
                Task task = evaOs.on(context, Operation.TASK_GET)
                        .path("task_id", taskId)
                        .send(TaskAnswer.class)
                        .task();
                boolean begun = task.status() == TaskStatus.RUNNING;
                if (!begun) {
                    task = changed(context, task, TaskStatus.RUNNING, 0);
                }
                changed(context, task, percent == 100 ? TaskStatus.SUCCEEDED : TaskStatus.RUNNING, percent);
                return;
            } catch (SoniaException e) {
                if (!e.code().retryable()) {
                    return; // somebody has ended or deleted the task
                }
                base.clock().sleep(AFTER_FAILURE);
            }
        }
    }

    private Task changed(Context context, Task task, TaskStatus status, int progress) {
        boolean same = task.status() == status;
        return evaOs.on(context, Operation.TASK_UPDATE)
                .path("task_id", task.taskId())
                .body(new TaskUpdate(task.fenceToken(), same ? null : status, progress, null, null))
                .send(TaskAnswer.class)
                .task();
    }
}
