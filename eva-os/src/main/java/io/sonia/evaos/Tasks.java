package io.sonia.evaos;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.Listing;
import io.sonia.contracts.evaos.Task;
import io.sonia.contracts.evaos.TaskAnswer;
import io.sonia.contracts.evaos.TaskCreate;
import io.sonia.contracts.evaos.TaskCreated;
import io.sonia.contracts.evaos.TaskDeleted;
import io.sonia.contracts.evaos.TaskFilter;
import io.sonia.contracts.evaos.TaskList;
import io.sonia.contracts.evaos.TaskStatus;
import io.sonia.contracts.evaos.TaskUpdate;
import io.sonia.evaos.TaskLife.Event;
import io.sonia.journal.Answers;
import io.sonia.journal.Sql;
import io.sonia.journal.Tx;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.json.Violations;
import io.sonia.kernel.json.WireNamed;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Work that somebody follows. EVA-OS keeps it; whoever does the work moves it on. */
final class Tasks {

    /** Tasks that are not deleted. */
    static final int MAX = 10_000;

    private final Foundation base;
    private final Cursors cursors;

    Tasks(Foundation base, Cursors cursors) {
        this.base = base;
        this.cursors = cursors;
    }

    Reply create(Call<TaskCreate> call) {
        TaskCreate input = call.input();
        Instant now = base.clock().now();
        String id = input.taskId() == null ? base.ids().next("tsk_") : input.taskId();
        return base.journal().commit(tx -> {
            if (TaskStore.living(tx.sql()) >= MAX) {
                throw SoniaException.of(ErrorCode.OVERLOADED, "There are too many tasks; delete some")
                        .with("limit", MAX);
            }
            Task task = new Task(
                    id,
                    input.name(),
                    input.kind(),
                    TaskLife.TABLE.start(Event.CREATE),
                    0,
                    input.metadata(),
                    null,
                    1,
                    Fences.next(tx.sql()),
                    call.caller().principal(),
                    now,
                    now);
            if (!TaskStore.insert(tx.sql(), task)) {
                throw SoniaException.of(ErrorCode.CONFLICT, "This task id is or was in use")
                        .with("task_id", id);
            }
            tx.audit(edge(call.audit(), null, task));
            return Answers.keep(
                    tx,
                    call,
                    tagged(Reply.ok(new TaskCreated(task.status(), task)), task).location("/tasks/" + id));
        });
    }

    Reply get(Call<Empty> call) {
        String id = Ids.checked(call.path("task_id"));
        Task task = base.journal().read(sql -> existing(sql, id));
        return tagged(Reply.ok(new TaskAnswer(task)), task);
    }

    Reply list(Call<TaskFilter> call) {
        TaskFilter filter = call.input();
        Listing.Page<Task> page = TaskStore.listing(filter)
                .page(base.journal(), cursors, filter.cursor(), filter.limit(), TaskStore::read);
        return Reply.ok(new TaskList(page.rows(), page.rows().size(), page.total(), page.nextCursor()));
    }

    Reply update(Call<TaskUpdate> call) {
        TaskUpdate input = call.input();
        Long fence = call.fence(input.fenceToken());
        String tag = call.header("if-match").orElse(null);
        if (fence == null && tag == null) {
            throw Violations.single("fence_token", "required", "expected fence_token or the header If-Match, met none");
        }
        String id = Ids.checked(call.path("task_id"));
        Instant now = base.clock().now();
        return base.journal().commit(tx -> {
            Task seen = existing(tx.sql(), id);
            requireCurrent(seen, fence, tag);
            Event event = TaskLife.update(seen.status(), input.status())
                    .orElseThrow(() -> Violations.single(
                            "status", "choice", "expected one of running, succeeded, failed, cancelled"));
            Task after = new Task(
                    seen.taskId(),
                    seen.name(),
                    seen.kind(),
                    TaskLife.TABLE.require(seen.status(), event),
                    input.progress() == null ? seen.progress() : input.progress(),
                    input.metadata() == null ? seen.metadata() : input.metadata(),
                    input.result() == null ? seen.result() : input.result(),
                    seen.version() + 1,
                    Fences.next(tx.sql()),
                    seen.owner(),
                    seen.createdAt(),
                    now);
            write(tx, call.audit(), seen, after);
            return Answers.keep(tx, call, tagged(Reply.ok(new TaskAnswer(after)), after));
        });
    }

    Reply delete(Call<Empty> call) {
        String id = Ids.checked(call.path("task_id"));
        Instant now = base.clock().now();
        return base.journal().commit(tx -> {
            Task seen = existing(tx.sql(), id);
            Task after = new Task(
                    seen.taskId(),
                    seen.name(),
                    seen.kind(),
                    TaskLife.TABLE.require(seen.status(), Event.DELETE),
                    seen.progress(),
                    Map.of(),
                    null,
                    seen.version() + 1,
                    Fences.next(tx.sql()),
                    seen.owner(),
                    seen.createdAt(),
                    now);
            write(tx, call.audit(), seen, after);
            TaskStore.bury(tx.sql(), after);
            return Answers.keep(tx, call, Reply.ok(new TaskDeleted(TaskStatus.DELETED, id, now)));
        });
    }

    private static void write(Tx tx, AuditEvent audit, Task seen, Task after) throws SQLException {
        if (!TaskStore.update(tx.sql(), after, seen.version())) {
            throw SoniaException.of(ErrorCode.CONFLICT);
        }
        tx.audit(edge(audit, seen.status(), after));
    }

    private static void requireCurrent(Task seen, @Nullable Long fence, @Nullable String tag) {
        if (tag != null && !tag.equals(etag(seen))) {
            throw SoniaException.of(ErrorCode.CONFLICT).with("etag", etag(seen));
        }
        if (fence != null && fence != seen.fenceToken()) {
            throw SoniaException.of(ErrorCode.STALE_FENCE).with("current_fence", seen.fenceToken());
        }
    }

    private static Task existing(Sql sql, String id) throws SQLException {
        return TaskStore.find(sql, id).orElseThrow(() -> SoniaException.of(ErrorCode.NOT_FOUND));
    }

    private static Reply.Enveloped tagged(Reply.Enveloped reply, Task task) {
        return reply.etag(etag(task));
    }

    /** The version as an entity tag (RFC 9110 section 8.8.3). */
    private static String etag(Task task) {
        return "\"" + task.version() + "\"";
    }

    private static AuditEvent edge(AuditEvent audit, @Nullable TaskStatus from, Task task) {
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        detail.put("kind", WireNamed.of(task.kind()));
        detail.put("from", from == null ? null : WireNamed.of(from));
        detail.put("to", WireNamed.of(task.status()));
        detail.put("version", task.version());
        AuditEvent.Subject subject =
                new AuditEvent.Subject("task", task.taskId(), task.fenceToken(), null, null, null, null);
        return audit.about(subject).detail(detail);
    }
}
