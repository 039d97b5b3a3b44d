package io.sonia.journal;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What differs between the stores for statements that are written once. Statements keep to what SQLite and PostgreSQL
 * both understand; migrations are written with SQLite's words for types, and a text may hold every character.
 */
enum Dialect {
    SQLITE {
        @Override
        String migration(String statements) {
            return statements;
        }

        @Override
        String reapAnswered() {
            // Answers live equally long and come nearly in the order of their rows, so the oldest ones need no index.
            return "DELETE FROM idempotency_keys WHERE expires_at <= ? AND rowid IN"
                    + " (SELECT rowid FROM idempotency_keys WHERE state = 'done' ORDER BY rowid LIMIT ?)";
        }

        @Override
        String stored(String text) {
            return text;
        }

        @Override
        String original(String text) {
            return text;
        }

        @Override
        byte[] original(byte[] text) {
            return text;
        }
    },

    POSTGRES {
        @Override
        String migration(String statements) {
            return WORD.matcher(statements).replaceAll(found -> TYPES.get(found.group()));
        }

        @Override
        String reapAnswered() {
            return "DELETE FROM idempotency_keys WHERE ctid IN"
                    + " (SELECT ctid FROM idempotency_keys WHERE state = 'done' AND expires_at <= ?"
                    + " ORDER BY expires_at LIMIT ?)";
        }

        @Override
        String stored(String text) {
            return text.indexOf(NUL) < 0 && text.indexOf(ESCAPE) < 0
                    ? text
                    : text.replace(ONE_ESCAPE, ONE_ESCAPE + '1').replace("\0", ONE_ESCAPE + '0');
        }

        @Override
        String original(String text) {
            return text.indexOf(ESCAPE) < 0
                    ? text
                    : ESCAPED.matcher(text)
                            .replaceAll(found ->
                                    Matcher.quoteReplacement(found.group(1).equals("0") ? "\0" : ONE_ESCAPE));
        }

        @Override
        byte[] original(byte[] text) {
            for (int i = 0; i + 2 < text.length; i++) {
                if (text[i] == ESCAPE_UTF8[0] && text[i + 1] == ESCAPE_UTF8[1] && text[i + 2] == ESCAPE_UTF8[2]) {
                    // Bytes one to one as characters, so that no other byte of the text is touched.
                    String bytes = new String(text, StandardCharsets.ISO_8859_1);
                    return BYTES_ESCAPED
                            .matcher(bytes)
                            .replaceAll(found ->
                                    Matcher.quoteReplacement(found.group(2).equals("0") ? "\0" : found.group(1)))
                            .getBytes(StandardCharsets.ISO_8859_1);
                }
            }
            return text;
        }
    };

    /** PostgreSQL's texts cannot hold U+0000. This private character and 0 stand for it there, and with 1 for itself. */
    private static final char ESCAPE = '\uF8FF';

    private static final char NUL = 0;
    private static final String ONE_ESCAPE = String.valueOf(ESCAPE);
    private static final byte[] ESCAPE_UTF8 = ONE_ESCAPE.getBytes(StandardCharsets.UTF_8);
    private static final Pattern ESCAPED = Pattern.compile(ONE_ESCAPE + "([01])");
    private static final Pattern BYTES_ESCAPED =
            Pattern.compile("(" + new String(ESCAPE_UTF8, StandardCharsets.ISO_8859_1) + ")([01])");

    /** Texts compare by their bytes, as in SQLite, whatever the language of the database. */
    private static final Map<String, String> TYPES = Map.of(
            "INTEGER",
            "BIGINT",
            "REAL",
            "DOUBLE PRECISION",
            "BLOB",
            "BYTEA",
            "TEXT",
            "TEXT COLLATE \"C\"",
            ") STRICT",
            ")",
            ") STRICT, WITHOUT ROWID",
            ")");

    private static final Pattern WORD = Pattern.compile("\\b(INTEGER|REAL|BLOB|TEXT)\\b|\\) STRICT(, WITHOUT ROWID)?");

    /** The statements of a migration as this store takes them. */
    abstract String migration(String statements);

    /** The statement that deletes answers expired at a time, at most so many. */
    abstract String reapAnswered();

    /** A text as it is kept in a column. */
    abstract String stored(String text);

    /** A text from what is kept in a column. */
    abstract String original(String text);

    /** The bytes of a text from what is kept in a column. */
    abstract byte[] original(byte[] text);
}
