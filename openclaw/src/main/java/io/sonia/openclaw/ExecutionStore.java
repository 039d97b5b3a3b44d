package io.sonia.openclaw;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.Listing;
import io.sonia.contracts.openclaw.Execution;
import io.sonia.contracts.openclaw.ExecutionError;
import io.sonia.contracts.openclaw.ExecutionFilter;
import io.sonia.contracts.openclaw.ExecutionLog;
import io.sonia.contracts.openclaw.ExecutionState;
import io.sonia.contracts.openclaw.SideEffect;
import io.sonia.contracts.openclaw.Verification;
import io.sonia.journal.Journal;
import io.sonia.journal.Row;
import io.sonia.journal.Tx;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The table of executions. */
final class ExecutionStore {

    /** A larger result is stored as its digest and size. */
    private static final int MAX_RESULT_BYTES = 256 * 1024;

    private static final String INSERT =
            "INSERT INTO executions (execution_id, tool_name, state, args_digest, grant_id,"
                    + " approval_id, fence_token, actor_id, correlation_id, started_at, finished_at, duration_ms, result,"
                    + " side_effects, verification, error, outcome, trace, intent_audit_seq, created_at)"
                    + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    private static final String UPDATE = "UPDATE executions SET state = ?, started_at = ?, finished_at = ?,"
            + " duration_ms = ?, result = ?, side_effects = ?, verification = ?, error = ?, outcome = ?"
            + " WHERE execution_id = ? AND state = ?";
    private static final String FORGET = "UPDATE executions SET result = NULL WHERE execution_id IN"
            + " (SELECT execution_id FROM executions WHERE created_at > ? AND created_at <= ?"
            + " AND result IS NOT NULL LIMIT ?)";

    private final Journal journal;
    private final Cursors cursors;

    ExecutionStore(Journal journal, Cursors cursors) {
        this.journal = journal;
        this.cursors = cursors;
    }

    Optional<StoredExecution> find(String executionId) {
        return journal.read(
                sql -> sql.one("SELECT * FROM executions WHERE execution_id = ?", ExecutionStore::stored, executionId));
    }

    /** True if an execution, whichever, has this grant. */
    boolean hasGrant(Tx tx, String grantId) throws SQLException {
        return tx.sql().number("SELECT count(*) FROM executions WHERE grant_id = ?", grantId) > 0;
    }

    /** Those a crash interrupted while their tool ran. */
    List<StoredExecution> started(Tx tx) throws SQLException {
        return tx.sql().list("SELECT * FROM executions WHERE state = 'started'", ExecutionStore::stored);
    }

    void insert(Tx tx, StoredExecution stored, @Nullable Long intentSeq) throws SQLException {
        Execution e = stored.execution();
        tx.sql()
                .update(
                        INSERT,
                        e.executionId(),
                        e.toolName(),
                        wireName(e.state()),
                        e.argsDigest(),
                        e.grantId(),
                        e.approvalId(),
                        e.fenceToken(),
                        e.actorId(),
                        e.correlationId(),
                        e.startedAt(),
                        e.finishedAt(),
                        e.durationMs(),
                        result(e),
                        Json.text(e.sideEffects()),
                        json(e.verification()),
                        json(e.error()),
                        e.outcome(),
                        Json.text(stored.trace()),
                        intentSeq,
                        stored.createdAt());
    }

    /** Writes what changed, provided the row is still in the state it was read in; says whether it was. */
    boolean update(Tx tx, Execution e, ExecutionState from) throws SQLException {
        int changed = tx.sql()
                .update(
                        UPDATE,
                        wireName(e.state()),
                        e.startedAt(),
                        e.finishedAt(),
                        e.durationMs(),
                        result(e),
                        Json.text(e.sideEffects()),
                        json(e.verification()),
                        json(e.error()),
                        e.outcome(),
                        e.executionId(),
                        wireName(from));
        return changed == 1;
    }

    void intent(Tx tx, String executionId, long auditSeq) throws SQLException {
        tx.sql().update("UPDATE executions SET intent_audit_seq = ? WHERE execution_id = ?", auditSeq, executionId);
    }

    /** Drops results of executions made after {@code from} and until {@code to}; what happened stays on record. */
    int forgetResults(Tx tx, Instant from, Instant to, int limit) throws SQLException {
        return tx.sql().update(FORGET, from, to, limit);
    }

    ExecutionLog page(ExecutionFilter filter) {
        Listing.Page<ExecutionLog.Row> page = new Listing("executions", "execution_id")
                .where("tool_name", filter.toolName())
                .where("state", filter.state())
                .where("correlation_id", filter.correlationId())
                .page(journal, cursors, filter.cursor(), filter.limit(), ExecutionStore::row);
        int count = page.rows().size();
        return new ExecutionLog(page.rows(), page.total(), count, count, page.nextCursor());
    }

    private static ExecutionLog.Row row(Row row) throws SQLException {
        ExecutionError error = record(row, "error", ExecutionError.class);
        return new ExecutionLog.Row(
                row.instant("created_at"),
                row.text("execution_id"),
                row.text("tool_name"),
                state(row),
                row.text("correlation_id"),
                row.text("actor_id"),
                row.realOrNull("duration_ms"),
                error == null ? null : error.code());
    }

    private static StoredExecution stored(Row row) throws SQLException {
        Execution execution = new Execution(
                row.text("execution_id"),
                row.text("tool_name"),
                state(row),
                row.text("args_digest"),
                row.textOrNull("grant_id"),
                row.textOrNull("approval_id"),
                row.numberOrNull("fence_token"),
                row.text("actor_id"),
                row.text("correlation_id"),
                row.instantOrNull("started_at"),
                row.instantOrNull("finished_at"),
                row.realOrNull("duration_ms"),
                row.textOrNull("result") == null ? null : row.json("result"),
                sideEffects(row),
                record(row, "verification", Verification.class),
                record(row, "error", ExecutionError.class),
                row.textOrNull("outcome"));
        return new StoredExecution(execution, row.json("trace"), row.instant("created_at"));
    }

    private static ExecutionState state(Row row) throws SQLException {
        return ExecutionState.valueOf(row.text("state").toUpperCase(Locale.ROOT));
    }

    private static String wireName(ExecutionState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    @SuppressWarnings("unchecked") // a list of JSON objects, as written by insert
    private static List<SideEffect> sideEffects(Row row) throws SQLException {
        List<SideEffect> effects = new ArrayList<>();
        if (Json.parse(row.text("side_effects")) instanceof List<?> list) {
            for (Object each : list) {
                effects.add(Shape.of(SideEffect.class).readAnswer((Map<String, @Nullable Object>) each));
            }
        }
        return List.copyOf(effects);
    }

    private static <T extends Record> @Nullable T record(Row row, String column, Class<T> type) throws SQLException {
        return row.textOrNull(column) == null ? null : Shape.of(type).readAnswer(row.json(column));
    }

    private static @Nullable String json(@Nullable Record value) {
        return value == null ? null : Json.text(value);
    }

    private static @Nullable String result(Execution execution) {
        if (execution.result() == null) {
            return null;
        }
        byte[] bytes = Json.bytes(execution.result());
        if (bytes.length <= MAX_RESULT_BYTES) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
        return Json.text(Map.of("stored", false, "sha256", Sha256.hex(bytes), "bytes", bytes.length));
    }
}
