package io.sonia.evaos;

import io.sonia.contracts.Listing;
import io.sonia.contracts.evaos.Task;
import io.sonia.contracts.evaos.TaskFilter;
import io.sonia.contracts.evaos.TaskKind;
import io.sonia.contracts.evaos.TaskStatus;
import io.sonia.journal.Row;
import io.sonia.journal.Sql;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.WireNamed;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The tasks table. A deleted task keeps its row, so that its id never returns. */
final class TaskStore {

    private TaskStore() {}

    /** Adds a task; false if its id is taken or was once. */
    static boolean insert(Sql sql, Task task) throws SQLException {
        int rows = sql.update(
                """
                INSERT INTO tasks (task_id, name, kind, status, progress, metadata, result, version, fence_token,
                  owner, created_at, updated_at)
                VALUES (?, ?, ?, ?, ?, ?, NULL, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING""",
                task.taskId(),
                task.name(),
                WireNamed.of(task.kind()),
                WireNamed.of(task.status()),
                task.progress(),
                Json.text(task.metadata()),
                task.version(),
                task.fenceToken(),
                task.owner(),
                task.createdAt(),
                task.updatedAt());
        return rows == 1;
    }

    /** Writes the task over the version that was seen; false if somebody else changed it meanwhile. */
    static boolean update(Sql sql, Task task, long seenVersion) throws SQLException {
        int rows = sql.update(
                """
                UPDATE tasks SET status = ?, progress = ?, metadata = ?, result = ?, version = ?, fence_token = ?,
                  updated_at = ?
                WHERE task_id = ? AND version = ?""",
                WireNamed.of(task.status()),
                task.progress(),
                Json.text(task.metadata()),
                task.result() == null ? null : Json.text(task.result()),
                task.version(),
                task.fenceToken(),
                task.updatedAt(),
                task.taskId(),
                seenVersion);
        return rows == 1;
    }

    static void bury(Sql sql, Task deleted) throws SQLException {
        sql.update(
                "UPDATE tasks SET deleted_at = ?, metadata = '{}', result = NULL WHERE task_id = ?",
                deleted.updatedAt(),
                deleted.taskId());
    }

    /** A task that is not deleted. */
    static Optional<Task> find(Sql sql, String taskId) throws SQLException {
        return sql.one("SELECT * FROM tasks WHERE task_id = ? AND deleted_at IS NULL", TaskStore::read, taskId);
    }

    static long living(Sql sql) throws SQLException {
        return sql.number("SELECT count(*) FROM tasks WHERE deleted_at IS NULL");
    }

    /** The tasks asked for; deleted ones only by their status. */
    static Listing listing(TaskFilter filter) {
        Listing listing =
                new Listing("tasks", "task_id").where("status", filter.status()).where("kind", filter.kind());
        return filter.status() == null ? listing.whereNull("deleted_at") : listing;
    }

    static Task read(Row row) throws SQLException {
        String result = row.textOrNull("result");
        Map<String, @Nullable Object> parsed = result == null ? null : Json.parseObject(result);
        return new Task(
                row.text("task_id"),
                row.text("name"),
                TaskKind.valueOf(row.text("kind").toUpperCase(Locale.ROOT)),
                TaskStatus.valueOf(row.text("status").toUpperCase(Locale.ROOT)),
                row.integer("progress"),
                row.json("metadata"),
                parsed,
                row.number("version"),
                row.number("fence_token"),
                row.text("owner"),
                row.instant("created_at"),
                row.instant("updated_at"));
    }
}
