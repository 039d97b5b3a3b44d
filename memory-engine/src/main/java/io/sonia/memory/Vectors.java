package io.sonia.memory;

import io.sonia.journal.Row;
import io.sonia.journal.Sql;
import io.sonia.kernel.json.Json;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The vectors of memories in the store of the ledger, and which memories wait for one. */
final class Vectors {

    /** Failures of its own after which a memory stays without a vector until the next start. */
    static final int MAX_FAILURES = 5;

    /** Characters of a memory that its vector is made of; most models read no more. */
    static final int MAX_TEXT = 2000;

    /** Who sees a memory: one user, with {@code userId}; everybody, for a piece of a document; or nobody in particular. */
    record Owner(@Nullable String userId, boolean everybody) {

        static Owner read(Row row) throws SQLException {
            String userId = row.textOrNull("user_id");
            return new Owner(userId, userId == null && row.text("type").equals(Documents.TYPE));
        }
    }

    /** A memory that waits for a vector, as it is now. */
    record Waiting(long seq, int revision, String hash, Owner owner, String text) {}

    private Vectors() {}

    /** Lets a memory wait for a vector. */
    static void await(Sql sql, String id) throws SQLException {
        sql.update(
                "INSERT INTO vectors_pending (item_id, failures) SELECT seq, 0 FROM ledger WHERE id = ?"
                        + " ON CONFLICT (item_id) DO UPDATE SET failures = 0",
                id);
    }

    /** Takes the vector of a memory away, and its place among those that wait. */
    static void forget(Sql sql, String id) throws SQLException {
        sql.update("DELETE FROM vectors WHERE item_id = (SELECT seq FROM ledger WHERE id = ?)", id);
        sql.update("DELETE FROM vectors_pending WHERE item_id = (SELECT seq FROM ledger WHERE id = ?)", id);
    }

    /** The next memories to make vectors of; those that failed come last. */
    static List<Waiting> next(Sql sql, int count) throws SQLException {
        return sql.list(
                "SELECT ledger.* FROM vectors_pending JOIN ledger ON seq = item_id WHERE failures < " + MAX_FAILURES
                        + " ORDER BY failures, item_id LIMIT ?",
                row -> {
                    String text = Ledger.searched(Ledger.item(row));
                    return new Waiting(
                            row.number("seq"),
                            row.integer("revision"),
                            row.text("content_hash"),
                            Owner.read(row),
                            cut(text, MAX_TEXT));
                },
                count);
    }

    /** The first characters of a text, never half of one. */
    static String cut(String text, int length) {
        if (text.length() <= length) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length);
    }

    /** Keeps the vector of a memory; false if the memory has changed or gone meanwhile. */
    static boolean put(Sql sql, Waiting memory, String model, float[] vector) throws SQLException {
        boolean same = sql.number(
                        "SELECT count(*) FROM ledger WHERE seq = ? AND revision = ? AND content_hash = ?"
                                + " AND archived_at IS NULL AND redacted_at IS NULL",
                        memory.seq(),
                        memory.revision(),
                        memory.hash())
                == 1;
        if (same) {
            sql.update(
                    "INSERT OR REPLACE INTO vectors (item_id, model, dimensions, code, data) VALUES (?, ?, ?, ?, ?)",
                    memory.seq(),
                    model,
                    vector.length,
                    SignCodes.bytes(SignCodes.code(vector)),
                    bytes(vector));
            sql.update("DELETE FROM vectors_pending WHERE item_id = ?", memory.seq());
        }
        return same;
    }

    /** Puts on record that no vector could be made of a memory. */
    static void failed(Sql sql, Waiting memory) throws SQLException {
        sql.update("UPDATE vectors_pending SET failures = failures + 1 WHERE item_id = ?", memory.seq());
    }

    /** Lets what has a vector of another model wait for one of this, and tries again what failed. */
    static void adopt(Sql sql, String model) throws SQLException {
        sql.update("UPDATE vectors_pending SET failures = 0 WHERE failures > 0");
        sql.update(
                "INSERT OR IGNORE INTO vectors_pending (item_id, failures) SELECT item_id, 0 FROM vectors WHERE model <> ?",
                model);
        sql.update("DELETE FROM vectors WHERE model <> ?", model);
    }

    /** Lets everything wait for a new vector. */
    static void startOver(Sql sql) throws SQLException {
        sql.update("INSERT OR IGNORE INTO vectors_pending (item_id, failures) SELECT item_id, 0 FROM vectors");
        sql.update("DELETE FROM vectors");
    }

    /** Memories that wait for a vector and may get one. */
    static long pending(Sql sql) throws SQLException {
        return sql.number("SELECT count(*) FROM vectors_pending WHERE failures < " + MAX_FAILURES);
    }

    static long count(Sql sql, String model) throws SQLException {
        return sql.number("SELECT count(*) FROM vectors WHERE model = ?", model);
    }

    static boolean has(Sql sql, String id) throws SQLException {
        return sql.number("SELECT count(*) FROM vectors JOIN ledger ON seq = item_id WHERE id = ?", id) > 0;
    }

    /** A memory and how near its vector is to another one. */
    record Near(long seq, double cosine) {}

    /** How near some memories are to a vector of length 1; those without a vector of its kind are left out. */
    static List<Near> near(Sql sql, Collection<Long> seqs, String model, float[] to) throws SQLException {
        List<Near> found = new ArrayList<>();
        sql.list(
                "SELECT item_id, data FROM vectors WHERE item_id IN (SELECT value FROM json_each(?))"
                        + " AND model = ? AND dimensions = ?",
                row -> found.add(new Near(row.number("item_id"), dot(to, row.bytes("data")))),
                Json.text(seqs),
                model,
                to.length);
        return found;
    }

    private static double dot(float[] a, byte[] littleEndian) {
        ByteBuffer b = ByteBuffer.wrap(littleEndian).order(ByteOrder.LITTLE_ENDIAN);
        float sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b.getFloat(i * Float.BYTES);
        }
        return sum;
    }

    private static byte[] bytes(float[] vector) {
        ByteBuffer out = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float each : vector) {
            out.putFloat(each);
        }
        return out.array();
    }
}
