package io.sonia.pipecat;

import io.sonia.contracts.Listing;
import io.sonia.contracts.pipecat.VoiceMessage;
import io.sonia.contracts.pipecat.VoiceState;
import io.sonia.contracts.pipecat.VoiceTurnState;
import io.sonia.journal.Row;
import io.sonia.journal.Sql;
import io.sonia.kernel.json.Json;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Voice sessions and what was said in them. */
final class VoiceStore {

    /** A message and its place in the session. */
    record Said(long ordinal, VoiceMessage message) {}

    void put(Sql sql, VoiceRow row) throws SQLException {
        VoiceTurnState turnState = row.turn().state();
        sql.update(
                """
                INSERT INTO voice_sessions (session_id, user_id, gateway_session_id, gateway_session_owned, state,
                  metadata, created_at, updated_at, expires_at, paused_at, closed_at, message_count, turn_id,
                  turn_state, generation)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (session_id) DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at,
                  paused_at = excluded.paused_at, closed_at = excluded.closed_at,
                  message_count = excluded.message_count, turn_id = excluded.turn_id,
                  turn_state = excluded.turn_state, generation = excluded.generation
                """,
                row.sessionId(),
                row.userId(),
                row.gatewaySessionId(),
                row.gatewaySessionOwned(),
                row.state().name(),
                Json.text(row.metadata()),
                row.times().createdAt(),
                row.times().updatedAt(),
                row.times().expiresAt(),
                row.times().pausedAt(),
                row.times().closedAt(),
                row.messageCount(),
                row.turn().turnId(),
                turnState == null ? null : turnState.name(),
                row.turn().generation());
    }

    void add(Sql sql, String sessionId, Said said) throws SQLException {
        sql.update(
                """
                INSERT INTO voice_messages (session_id, ordinal, role, content, metadata, at)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
                sessionId,
                said.ordinal(),
                said.message().role(),
                said.message().content(),
                Json.text(said.message().metadata()),
                said.message().timestamp());
    }

    Optional<VoiceRow> find(Sql sql, String sessionId) throws SQLException {
        return sql.one("SELECT * FROM voice_sessions WHERE session_id = ?", VoiceStore::session, sessionId);
    }

    /** The sessions that are not closed. */
    List<VoiceRow> open(Sql sql) throws SQLException {
        return sql.list(
                "SELECT * FROM voice_sessions WHERE state <> 'CLOSED' ORDER BY created_at, session_id",
                VoiceStore::session);
    }

    long openCount(Sql sql) throws SQLException {
        return sql.number("SELECT count(*) FROM voice_sessions WHERE state <> 'CLOSED'");
    }

    /** The sessions in this state; all of them without one. */
    static Listing listing(@Nullable VoiceState state) {
        return new Listing("voice_sessions", "session_id").where("state", name(state));
    }

    /** At most {@code limit} messages before the ordinal, newest first. */
    List<Said> messages(Sql sql, String sessionId, long before, int limit) throws SQLException {
        return sql.list(
                """
                SELECT * FROM voice_messages WHERE session_id = ? AND ordinal < ? ORDER BY ordinal DESC LIMIT ?
                """,
                row -> new Said(
                        row.number("ordinal"),
                        new VoiceMessage(
                                row.text("role"), row.text("content"), row.instant("at"), row.json("metadata"))),
                sessionId,
                before,
                limit);
    }

    private static @Nullable String name(@Nullable VoiceState state) {
        return state == null ? null : state.name();
    }

    static VoiceRow session(Row row) throws SQLException {
        String turnState = row.textOrNull("turn_state");
        Instant created = row.instant("created_at");
        return new VoiceRow(
                row.text("session_id"),
                row.text("user_id"),
                row.text("gateway_session_id"),
                row.truth("gateway_session_owned"),
                VoiceState.valueOf(row.text("state")),
                row.json("metadata"),
                new VoiceRow.Times(
                        created,
                        row.instant("updated_at"),
                        row.instant("expires_at"),
                        row.instantOrNull("paused_at"),
                        row.instantOrNull("closed_at")),
                row.number("message_count"),
                new VoiceRow.Turn(
                        row.textOrNull("turn_id"),
                        turnState == null ? null : VoiceTurnState.valueOf(turnState),
                        row.number("generation")));
    }
}
