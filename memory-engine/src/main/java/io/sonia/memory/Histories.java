package io.sonia.memory;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.Listing;
import io.sonia.contracts.memory.HistoryAppend;
import io.sonia.contracts.memory.HistoryStored;
import io.sonia.contracts.memory.HistoryTurn;
import io.sonia.contracts.memory.PageQuery;
import io.sonia.contracts.memory.SessionHistory;
import io.sonia.contracts.memory.UserHistory;
import io.sonia.contracts.memory.UserSessions;
import io.sonia.contracts.memory.UserSessions.Spoken;
import io.sonia.contracts.redaction.TextPlace;
import io.sonia.journal.Answers;
import io.sonia.journal.Migration;
import io.sonia.journal.Row;
import io.sonia.journal.Sql;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.Redactor;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.http.Route;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The conversation history: what was said and answered, turn by turn, as long as an installation wants to keep it. It is
 * read in order and not searched; what a search finds of a turn is its memory of the type {@code turn_raw}.
 */
final class Histories {

    static final Migration MIGRATION = new Migration(6, "conversation history", """
            CREATE TABLE conversation_turns (
              turn_id TEXT PRIMARY KEY,
              session_id TEXT NOT NULL,
              sequence_num INTEGER NOT NULL,
              user_id TEXT NOT NULL,
              user_input TEXT NOT NULL,
              assistant_response TEXT,
              model_used TEXT,
              tool_calls TEXT NOT NULL,
              latency_ms INTEGER,
              metadata TEXT NOT NULL,
              created_at TEXT NOT NULL
            ) STRICT;
            CREATE UNIQUE INDEX conversation_turns_session ON conversation_turns (session_id, sequence_num);
            CREATE INDEX conversation_turns_user ON conversation_turns (user_id, created_at, turn_id);
            CREATE INDEX conversation_turns_created ON conversation_turns (created_at);
            """, "DROP TABLE conversation_turns;");

    /** Where people's and models' words are. */
    static final List<TextPlace> TEXTS = List.of(
            TextPlace.text("conversation_turns", "turn_id", "user_input", "1 = 1"),
            TextPlace.text("conversation_turns", "turn_id", "assistant_response", "1 = 1"),
            TextPlace.json("conversation_turns", "turn_id", "tool_calls", "1 = 1"),
            TextPlace.json("conversation_turns", "turn_id", "metadata", "1 = 1"));

    /** The source of a memory that was taken from a turn. */
    private static final String TURN = "turn";

    /** Turns removed in one commit. */
    private static final int BATCH = 500;

    private static final String EXPIRE = "DELETE FROM conversation_turns WHERE turn_id IN (SELECT turn_id FROM"
            + " conversation_turns WHERE created_at < ? ORDER BY created_at LIMIT " + BATCH + ")";

    private static final String SESSIONS = """
            SELECT session_id, min(created_at) AS first_at, max(created_at) AS last_at, count(*) AS turns
            FROM conversation_turns WHERE user_id = ?1
            GROUP BY session_id
            HAVING ?2 IS NULL OR (min(created_at), session_id) < (?2, ?3)
            ORDER BY first_at DESC, session_id DESC LIMIT ?4
            """;

    /** The column of a turn's tool calls. */
    record Calls(List<HistoryTurn.ToolCall> calls) {}

    private final Foundation base;

    Histories(Foundation base) {
        this.base = base;
    }

    List<Route<?>> list() {
        return List.of(
                Route.of(Operation.HISTORY_APPEND, HistoryAppend.class, HistoryStored.class, this::append),
                Route.of(Operation.HISTORY_SESSION, PageQuery.class, SessionHistory.class, this::ofSession),
                Route.of(Operation.HISTORY_USER, PageQuery.class, UserHistory.class, this::ofUser),
                Route.of(Operation.HISTORY_SESSIONS, PageQuery.class, UserSessions.class, this::sessions));
    }

    private Reply append(Call<HistoryAppend> call) {
        HistoryAppend turn = call.input();
        @Nullable String answer = turn.assistantResponse();
        String said = Redactor.secrets(turn.userInput());
        String answered = answer == null ? null : Redactor.secrets(answer);
        Instant now = base.clock().now();
        return base.journal().commit(tx -> {
            int number = turn.sequenceNum() == null ? next(tx.sql(), turn.sessionId()) : turn.sequenceNum();
            requireFree(tx.sql(), turn, number);
            tx.sql()
                    .update(
                            "INSERT INTO conversation_turns (turn_id, session_id, sequence_num, user_id, user_input,"
                                    + " assistant_response, model_used, tool_calls, latency_ms, metadata, created_at)"
                                    + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                            turn.turnId(),
                            turn.sessionId(),
                            number,
                            turn.userId(),
                            said,
                            answered,
                            turn.modelUsed(),
                            Json.text(new Calls(turn.toolCalls())),
                            turn.latencyMs(),
                            Json.text(turn.metadata()),
                            now);
            tx.audit(call.audit()
                    .about("turn", turn.turnId())
                    .detail(Map.of("session_id", turn.sessionId(), "sequence_num", number)));
            return Answers.keep(tx, call, Reply.ok(new HistoryStored("stored", turn.turnId(), number)));
        });
    }

    private static int next(Sql sql, String sessionId) throws SQLException {
        return 1
                + Math.toIntExact(sql.number(
                        "SELECT coalesce(max(sequence_num), 0) FROM conversation_turns WHERE session_id = ?",
                        sessionId));
    }

    private static void requireFree(Sql sql, HistoryAppend turn, int number) throws SQLException {
        Optional<String> taken = sql.one(
                "SELECT turn_id FROM conversation_turns WHERE turn_id = ?1 OR (session_id = ?2 AND sequence_num = ?3)"
                        + " LIMIT 1",
                row -> row.text("turn_id"),
                turn.turnId(),
                turn.sessionId(),
                number);
        if (taken.isPresent()) {
            throw SoniaException.of(ErrorCode.CONFLICT, "The turn or its place in the session is taken")
                    .with("turn_id", taken.get());
        }
    }

    private Reply ofSession(Call<PageQuery> call) {
        String sessionId = Ids.checked(call.path("session_id"));
        String name = "history of " + sessionId;
        PageQuery filter = call.input();
        Cursors.Position after = base.cursors().read(filter.cursor(), name);
        return Reply.ok(base.journal().read(sql -> {
            List<HistoryTurn> found = sql.list(
                    """
                    SELECT * FROM conversation_turns WHERE session_id = ?1 AND sequence_num > ?2
                    ORDER BY sequence_num LIMIT ?3
                    """,
                    Histories::turn,
                    sessionId,
                    after == null ? 0 : Integer.parseInt(after.id()),
                    filter.limit() + 1);
            List<HistoryTurn> rows = first(found, filter.limit());
            String next = rows.size() == found.size()
                    ? null
                    : base.cursors()
                            .after(
                                    new Cursors.Position(
                                            rows.getLast().createdAt(),
                                            String.valueOf(rows.getLast().sequenceNum())),
                                    name);
            long total = sql.number("SELECT count(*) FROM conversation_turns WHERE session_id = ?", sessionId);
            return new SessionHistory(sessionId, rows, rows.size(), total, next);
        }));
    }

    private Reply ofUser(Call<PageQuery> call) {
        String userId = Ids.checked(call.path("user_id"));
        PageQuery filter = call.input();
        Listing.Page<HistoryTurn> page = new Listing("conversation_turns", "turn_id")
                .where("user_id", userId)
                .page(base.journal(), base.cursors(), filter.cursor(), filter.limit(), Histories::turn);
        return Reply.ok(new UserHistory(userId, page.rows(), page.rows().size(), page.total(), page.nextCursor()));
    }

    private Reply sessions(Call<PageQuery> call) {
        String userId = Ids.checked(call.path("user_id"));
        String name = "sessions of " + userId;
        PageQuery filter = call.input();
        Cursors.Position after = base.cursors().read(filter.cursor(), name);
        return Reply.ok(base.journal().read(sql -> {
            List<Spoken> found = sql.list(
                    SESSIONS,
                    Histories::spoken,
                    userId,
                    after == null ? null : after.time(),
                    after == null ? null : after.id(),
                    filter.limit() + 1);
            List<Spoken> rows = first(found, filter.limit());
            String next = rows.size() == found.size()
                    ? null
                    : base.cursors()
                            .after(
                                    new Cursors.Position(
                                            rows.getLast().firstAt(),
                                            rows.getLast().sessionId()),
                                    name);
            long total =
                    sql.number("SELECT count(DISTINCT session_id) FROM conversation_turns WHERE user_id = ?", userId);
            return new UserSessions(userId, rows, rows.size(), total, next);
        }));
    }

    private static <T> List<T> first(List<T> found, int limit) {
        return found.size() > limit ? found.subList(0, limit) : found;
    }

    /** Destroys the turn that a memory was taken from; the number of turns that had anything to destroy. */
    static int redact(Sql sql, String sourceType, @Nullable String turnId) throws SQLException {
        if (!sourceType.equals(TURN) || turnId == null) {
            return 0;
        }
        return sql.update(
                "UPDATE conversation_turns SET user_input = ?1, metadata = '{}', tool_calls = '{\"calls\":[]}',"
                        + " assistant_response = CASE WHEN assistant_response IS NULL THEN NULL ELSE ?1 END"
                        + " WHERE turn_id = ?2 AND user_input <> ?1",
                Ledger.REDACTED,
                turnId);
    }

    /** Removes at most so many turns of a user; the number of those removed. */
    static int erase(Sql sql, String userId, int limit) throws SQLException {
        return sql.update(
                "DELETE FROM conversation_turns WHERE turn_id IN"
                        + " (SELECT turn_id FROM conversation_turns WHERE user_id = ? LIMIT ?)",
                userId,
                limit);
    }

    /** Removes what is older than that. */
    void expire(Duration kept) {
        Instant since = base.clock().now().minus(kept);
        int removed = BATCH;
        while (removed == BATCH) {
            removed = base.journal().commit(tx -> tx.sql().update(EXPIRE, since));
        }
    }

    static long turns(Sql sql) throws SQLException {
        return sql.number("SELECT count(*) FROM conversation_turns");
    }

    private static HistoryTurn turn(Row row) throws SQLException {
        return new HistoryTurn(
                row.text("turn_id"),
                row.integer("sequence_num"),
                row.text("session_id"),
                row.text("user_input"),
                row.textOrNull("assistant_response"),
                row.textOrNull("model_used"),
                Shape.of(Calls.class).readAnswer(row.json("tool_calls")).calls(),
                row.integerOrNull("latency_ms"),
                row.json("metadata"),
                row.instant("created_at"));
    }

    private static Spoken spoken(Row row) throws SQLException {
        return new Spoken(
                row.text("session_id"), row.instant("first_at"), row.instant("last_at"), row.integer("turns"));
    }
}
