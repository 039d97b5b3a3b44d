package io.sonia.journal;

import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.http.StoredReply;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Values that several tests need. */
final class Samples {

    static final List<Migration> SCHEMA = List.of(new Migration(
            1, "tasks", "CREATE TABLE tasks (task_id TEXT PRIMARY KEY, status TEXT NOT NULL);", "DROP TABLE tasks;"));

    static final AuditEvent.Origin ORIGIN = new AuditEvent.Origin(
            "usr_operator",
            "operator",
            "person",
            "api-gateway",
            null,
            "req_1",
            "4bf92f3577b34da6a3ce929d0e0e4736",
            null);

    private Samples() {}

    static AuditEvent event(String operation) {
        return AuditEvent.of(operation, ORIGIN)
                .about("task", "tsk_1")
                .took(1.25)
                .detail(Map.of("status", "queued"));
    }

    static AuditEvent event(String operation, String correlationId) {
        AuditEvent.Origin origin =
                new AuditEvent.Origin("usr_operator", "operator", "person", null, null, correlationId, null, null);
        return AuditEvent.of(operation, origin);
    }

    static Work<Integer> insert(String taskId) {
        return tx -> tx.sql().update("INSERT INTO tasks (task_id, status) VALUES (?, ?)", taskId, "queued");
    }

    static IdempotencyKey key(String key, String fingerprint) {
        return new IdempotencyKey("usr_operator", "POST /tasks", key, fingerprint, "own");
    }

    static StoredReply reply(String data) {
        return new StoredReply(200, data.getBytes(StandardCharsets.UTF_8), "/tasks/tsk_1");
    }

    static long count(Journal journal, String table) {
        return journal.read(sql -> sql.number("SELECT count(*) FROM " + table));
    }
}
