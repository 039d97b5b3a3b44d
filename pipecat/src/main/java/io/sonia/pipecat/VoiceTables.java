package io.sonia.pipecat;

import io.sonia.contracts.redaction.TextPlace;
import io.sonia.journal.Migration;
import java.util.List;

/** The tables of the voice service. */
final class VoiceTables {

    private VoiceTables() {}

    private static final Migration SESSIONS =
            new Migration(1, "voice sessions", """
            CREATE TABLE voice_sessions (
              session_id TEXT PRIMARY KEY,
              user_id TEXT NOT NULL,
              gateway_session_id TEXT NOT NULL,
              gateway_session_owned INTEGER NOT NULL,
              state TEXT NOT NULL,
              metadata TEXT NOT NULL,
              created_at TEXT NOT NULL,
              updated_at TEXT NOT NULL,
              expires_at TEXT NOT NULL,
              paused_at TEXT,
              closed_at TEXT,
              message_count INTEGER NOT NULL,
              turn_id TEXT,
              turn_state TEXT,
              generation INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX voice_sessions_newest ON voice_sessions (created_at, session_id);
            CREATE INDEX voice_sessions_open ON voice_sessions (state) WHERE state <> 'CLOSED';
            CREATE TABLE voice_messages (
              session_id TEXT NOT NULL REFERENCES voice_sessions (session_id),
              ordinal INTEGER NOT NULL,
              role TEXT NOT NULL,
              content TEXT NOT NULL,
              metadata TEXT NOT NULL,
              at TEXT NOT NULL,
              PRIMARY KEY (session_id, ordinal)
            ) STRICT, WITHOUT ROWID;
            """, "DROP TABLE voice_messages; DROP TABLE voice_sessions;");

    /** Where people's and models' words are. */
    static final List<TextPlace> TEXTS = List.of(
            TextPlace.text("voice_messages", "(session_id || ' ' || CAST(ordinal AS TEXT))", "content", "1 = 1"),
            TextPlace.json("voice_messages", "(session_id || ' ' || CAST(ordinal AS TEXT))", "metadata", "1 = 1"));

    static final List<Migration> MIGRATIONS = List.of(SESSIONS);
}
