package io.sonia.evaos;

import io.sonia.contracts.audit.NotaryKey;
import io.sonia.journal.Row;
import io.sonia.journal.Sql;
import io.sonia.kernel.ServiceName;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The notary's tables: the head of each chain that was signed last, and the public keys. */
final class HeadStore {

    private static final String HEADS = "SELECT chain, size, root, last_hash, note, signed_at FROM audit_heads";

    /** @param note the checkpoint with its signatures */
    record Signed(String chain, long size, String root, String lastHash, String note, Instant signedAt) {}

    private HeadStore() {}

    static Optional<Signed> head(Sql sql, ServiceName chain) throws SQLException {
        return sql.one(HEADS + " WHERE chain = ?", HeadStore::signed, chain.wireName());
    }

    static List<Signed> heads(Sql sql) throws SQLException {
        return sql.list(HEADS + " ORDER BY chain", HeadStore::signed);
    }

    static void put(Sql sql, Signed head) throws SQLException {
        sql.update("""
                INSERT INTO audit_heads (chain, size, root, last_hash, note, signed_at) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (chain) DO UPDATE SET size = excluded.size, root = excluded.root,
                  last_hash = excluded.last_hash, note = excluded.note, signed_at = excluded.signed_at""", head.chain(), head.size(), head.root(), head.lastHash(), head.note(), head.signedAt());
    }

    static List<NotaryKey> keys(Sql sql) throws SQLException {
        return sql.list(
                "SELECT key_id, public_key, purpose, not_before, not_after FROM notary_keys"
                        + " ORDER BY not_before, purpose, key_id",
                row -> new NotaryKey(
                        row.text("key_id"),
                        "Ed25519",
                        row.text("public_key"),
                        row.text("purpose"),
                        row.instant("not_before"),
                        row.instantOrNull("not_after")));
    }

    static void addKey(Sql sql, NotaryKey key) throws SQLException {
        sql.update(
                "UPDATE notary_keys SET not_after = ? WHERE purpose = ? AND not_after IS NULL",
                key.notBefore(),
                key.purpose());
        sql.update(
                "INSERT INTO notary_keys (key_id, public_key, purpose, not_before) VALUES (?, ?, ?, ?)",
                key.keyId(),
                key.publicKey(),
                key.purpose(),
                key.notBefore());
    }

    private static Signed signed(Row row) throws SQLException {
        return new Signed(
                row.text("chain"),
                row.number("size"),
                row.text("root"),
                row.text("last_hash"),
                row.text("note"),
                row.instant("signed_at"));
    }
}
