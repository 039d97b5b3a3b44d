package io.sonia.console;

import io.sonia.contracts.redaction.TextPlace;
import io.sonia.journal.Migration;
import java.util.List;

/** The tables of the console. */
final class ConsoleTables {

    private ConsoleTables() {}

    private static final Migration CHATS = new Migration(1, "chats", """
            CREATE TABLE chats (
              chat_id TEXT PRIMARY KEY,
              title TEXT NOT NULL,
              node_id TEXT NOT NULL,
              created_at TEXT NOT NULL,
              updated_at TEXT NOT NULL,
              last_ts TEXT,
              message_count INTEGER NOT NULL,
              shelf TEXT NOT NULL,
              metadata TEXT NOT NULL
            ) STRICT;
            CREATE INDEX chats_newest ON chats (shelf, created_at, chat_id);
            CREATE TABLE messages (
              message_id TEXT PRIMARY KEY,
              chat_id TEXT NOT NULL REFERENCES chats (chat_id),
              role TEXT NOT NULL,
              text TEXT NOT NULL,
              ts TEXT NOT NULL,
              node_id TEXT NOT NULL,
              turn_id TEXT,
              state TEXT NOT NULL,
              key_digest TEXT,
              actor_id TEXT NOT NULL,
              correlation_id TEXT NOT NULL
            ) STRICT;
            CREATE INDEX messages_of_chat ON messages (chat_id, ts, message_id);
            CREATE INDEX messages_open ON messages (state) WHERE state NOT IN ('done', 'failed');
            """, "DROP TABLE messages; DROP TABLE chats;");

    private static final Migration BROWSERS = new Migration(2, "browser sessions", """
            CREATE TABLE browser_sessions (
              session_id TEXT PRIMARY KEY,
              actor_id TEXT NOT NULL,
              created_at TEXT NOT NULL,
              expires_at TEXT NOT NULL
            ) STRICT;
            """, "DROP TABLE browser_sessions;");

    /** Where people's and models' words are. */
    static final List<TextPlace> TEXTS = List.of(
            TextPlace.text("messages", "message_id", "text", "state IN ('done', 'failed')"),
            TextPlace.text("chats", "chat_id", "title", "1 = 1"),
            TextPlace.json("chats", "chat_id", "metadata", "1 = 1"));

    static final List<Migration> MIGRATIONS = List.of(CHATS, BROWSERS);
}
