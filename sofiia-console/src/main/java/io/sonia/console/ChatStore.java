package io.sonia.console;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.Listing;
import io.sonia.contracts.console.Chat;
import io.sonia.contracts.console.Message;
import io.sonia.contracts.console.MessageDirection;
import io.sonia.contracts.console.MessageState;
import io.sonia.contracts.console.Speaker;
import io.sonia.journal.Row;
import io.sonia.journal.Sql;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.WireNamed;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Chats and what was said in them. */
final class ChatStore {

    /** A message and the request that sent it. */
    record Sent(Message message, String correlationId) {}

    private ChatStore() {}

    static void put(Sql sql, Chat chat) throws SQLException {
        sql.update(
                """
                INSERT INTO chats (chat_id, title, node_id, created_at, updated_at, last_ts, message_count, shelf,
                  metadata)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (chat_id) DO UPDATE SET title = excluded.title, updated_at = excluded.updated_at,
                  shelf = excluded.shelf
                """,
                chat.chatId(),
                chat.title(),
                chat.nodeId(),
                chat.createdAt(),
                chat.updatedAt(),
                chat.lastTs(),
                chat.messageCount(),
                shelf(chat.archived()),
                Json.text(chat.metadata()));
    }

    /**
     * Reads a chat.
     *
     * @throws SoniaException NOT_FOUND
     */
    static Chat chat(Sql sql, String chatId) throws SQLException {
        return sql.one("SELECT * FROM chats WHERE chat_id = ?", ChatStore::chat, chatId)
                .orElseThrow(() -> SoniaException.of(ErrorCode.NOT_FOUND));
    }

    static Listing listing(boolean archived) {
        return new Listing("chats", "chat_id").where("shelf", shelf(archived));
    }

    private static String shelf(boolean archived) {
        return archived ? "archived" : "open";
    }

    /** Adds a message; within a chat each is later than the one before. */
    static Message add(Sql sql, Message draft, String correlationId) throws SQLException {
        Instant last = chat(sql, draft.chatId()).lastTs();
        Instant ts = last == null || draft.ts().isAfter(last) ? draft.ts() : last.plusMillis(1);
        Message message = new Message(
                draft.messageId(),
                draft.chatId(),
                draft.role(),
                draft.text(),
                ts,
                draft.nodeId(),
                draft.turnId(),
                draft.state(),
                draft.idempotencyKeyDigest(),
                draft.actorId());
        sql.update(
                """
                INSERT INTO messages (message_id, chat_id, role, text, ts, node_id, turn_id, state, key_digest, actor_id,
                  correlation_id)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                message.messageId(),
                message.chatId(),
                WireNamed.of(message.role()),
                message.text(),
                message.ts(),
                message.nodeId(),
                message.turnId(),
                WireNamed.of(message.state()),
                message.idempotencyKeyDigest(),
                message.actorId(),
                correlationId);
        sql.update(
                "UPDATE chats SET last_ts = ?, updated_at = ?, message_count = message_count + 1 WHERE chat_id = ?",
                ts,
                ts,
                message.chatId());
        return message;
    }

    /** Takes back a message that was never begun. */
    static void remove(Sql sql, Message message) throws SQLException {
        sql.update("DELETE FROM messages WHERE message_id = ?", message.messageId());
        sql.update("UPDATE chats SET message_count = message_count - 1 WHERE chat_id = ?", message.chatId());
    }

    static void move(Sql sql, String messageId, MessageState state, @Nullable String turnId) throws SQLException {
        sql.update(
                "UPDATE messages SET state = ?, turn_id = coalesce(?, turn_id) WHERE message_id = ?",
                WireNamed.of(state),
                turnId,
                messageId);
    }

    /**
     * Reads a message.
     *
     * @throws SoniaException NOT_FOUND
     */
    static Sent sent(Sql sql, String messageId) throws SQLException {
        return sql.one("SELECT * FROM messages WHERE message_id = ?", ChatStore::sent, messageId)
                .orElseThrow(() -> SoniaException.of(ErrorCode.NOT_FOUND));
    }

    /** What a turn was answered with, by the assistant or by a notice of why there is no answer. */
    static Optional<Message> reply(Sql sql, String chatId, String turnId) throws SQLException {
        return sql
                .list(
                        "SELECT * FROM messages WHERE chat_id = ? AND turn_id = ? AND role <> 'user' ORDER BY ts",
                        ChatStore::message,
                        chatId,
                        turnId)
                .stream()
                .findFirst();
    }

    /** Messages whose turns have not ended, the oldest first. */
    static List<Sent> open(Sql sql, int limit) throws SQLException {
        return sql.list(
                "SELECT * FROM messages WHERE state NOT IN ('done', 'failed') ORDER BY ts LIMIT ?",
                ChatStore::sent,
                limit);
    }

    static long openCount(Sql sql) throws SQLException {
        return sql.number("SELECT count(*) FROM messages WHERE state NOT IN ('done', 'failed')");
    }

    /** At most so many messages beyond a place, which is null for the end that the direction starts from. */
    static List<Message> page(
            Sql sql, String chatId, MessageDirection direction, Cursors.@Nullable Position after, int limit)
            throws SQLException {
        boolean older = direction == MessageDirection.OLDER;
        String order = older ? "DESC" : "ASC";
        String end = " ORDER BY ts " + order + ", message_id " + order + " LIMIT ?";
        if (after == null) {
            return sql.list("SELECT * FROM messages WHERE chat_id = ?" + end, ChatStore::message, chatId, limit);
        }
        return sql.list(
                "SELECT * FROM messages WHERE chat_id = ? AND (ts, message_id) " + (older ? "<" : ">") + " (?, ?)"
                        + end,
                ChatStore::message,
                chatId,
                after.time(),
                after.id(),
                limit);
    }

    static Chat chat(Row row) throws SQLException {
        return new Chat(
                row.text("chat_id"),
                row.text("title"),
                row.text("node_id"),
                row.instant("created_at"),
                row.instant("updated_at"),
                row.instantOrNull("last_ts"),
                row.number("message_count"),
                row.text("shelf").equals("archived"),
                row.json("metadata"));
    }

    private static Sent sent(Row row) throws SQLException {
        return new Sent(message(row), row.text("correlation_id"));
    }

    private static Message message(Row row) throws SQLException {
        return new Message(
                row.text("message_id"),
                row.text("chat_id"),
                Speaker.valueOf(row.text("role").toUpperCase(Locale.ROOT)),
                row.text("text"),
                row.instant("ts"),
                row.text("node_id"),
                row.textOrNull("turn_id"),
                MessageState.valueOf(row.text("state").toUpperCase(Locale.ROOT)),
                row.textOrNull("key_digest"),
                row.text("actor_id"));
    }
}
