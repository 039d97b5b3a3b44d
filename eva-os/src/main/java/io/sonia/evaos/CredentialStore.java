package io.sonia.evaos;

import io.sonia.journal.Row;
import io.sonia.journal.Sql;
import io.sonia.kernel.identity.Credential;
import io.sonia.kernel.identity.Role;
import io.sonia.kernel.identity.Verifier;
import io.sonia.kernel.json.WireNamed;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The credentials table, and of the principals what keys need: the hashes of keys, and whose they are. */
final class CredentialStore {

    private static final String VERIFIERS = """
            SELECT c.public_id, c.hash, c.actor_id, p.role, p.kind, c.not_before, c.not_after
            FROM credentials c JOIN principals p ON p.actor_id = c.actor_id
            WHERE c.revoked_at IS NULL AND p.status = 'active'""";

    private CredentialStore() {}

    /** Adds a principal unless it is there. */
    static void addPrincipal(Sql sql, String actorId, Credential.Kind kind, Role role, Instant now)
            throws SQLException {
        String kindName = WireNamed.of(kind);
        String name = kind == Credential.Kind.PERSON ? WireNamed.of(role) : actorId;
        sql.update("""
                INSERT INTO principals (actor_id, kind, role, display_name, status, created_at, updated_at)
                VALUES (?, ?, ?, ?, 'active', ?, ?) ON CONFLICT DO NOTHING""", actorId, kindName, WireNamed.of(role), name, now, now);
    }

    static void add(Sql sql, Verifier verifier, long generation) throws SQLException {
        sql.update(
                """
                INSERT INTO credentials (public_id, actor_id, hash, not_before, not_after, generation)
                VALUES (?, ?, ?, ?, ?, ?)""",
                verifier.publicId(),
                verifier.actorId(),
                verifier.hash(),
                verifier.notBefore(),
                verifier.notAfter(),
                generation);
    }

    /** Lets all keys of an actor end by then at the latest. */
    static void endBy(Sql sql, String actorId, Instant end) throws SQLException {
        sql.update(
                "UPDATE credentials SET not_after = ? WHERE actor_id = ? AND not_after > ? AND revoked_at IS NULL",
                end,
                actorId,
                end);
    }

    /** How many keys of an actor are good at this time. */
    static long good(Sql sql, String actorId, Instant now) throws SQLException {
        return sql.number(
                "SELECT count(*) FROM credentials WHERE actor_id = ? AND revoked_at IS NULL AND not_after > ?",
                actorId,
                now);
    }

    /** When the last key of an actor that is good at this time ends. */
    static Optional<Instant> end(Sql sql, String actorId, Instant now) throws SQLException {
        return sql.one("""
                SELECT not_after FROM credentials WHERE actor_id = ? AND revoked_at IS NULL AND not_after > ?
                ORDER BY not_after DESC LIMIT 1""", row -> row.instant("not_after"), actorId, now);
    }

    static void revoke(Sql sql, String actorId, Instant now) throws SQLException {
        sql.update("UPDATE credentials SET revoked_at = ? WHERE actor_id = ? AND revoked_at IS NULL", now, actorId);
    }

    /** Revokes all but so many of an actor's keys, the newest of which stay. */
    static void keepNewest(Sql sql, String actorId, int count, Instant now) throws SQLException {
        sql.update("""
                UPDATE credentials SET revoked_at = ? WHERE actor_id = ? AND revoked_at IS NULL AND public_id NOT IN
                  (SELECT public_id FROM credentials WHERE actor_id = ? AND revoked_at IS NULL
                   ORDER BY not_before DESC, public_id LIMIT ?)""", now, actorId, actorId, count);
    }

    /** Drops an actor's keys that are worth nothing; the audit keeps that they were. */
    static void dropEnded(Sql sql, String actorId, Instant now) throws SQLException {
        sql.update(
                "DELETE FROM credentials WHERE actor_id = ? AND (not_after <= ? OR revoked_at IS NOT NULL)",
                actorId,
                now);
    }

    /** All keys that are valid at this time or later, of principals who are active. */
    static List<Verifier> valid(Sql sql, Instant now) throws SQLException {
        return sql.list(VERIFIERS + " AND c.not_after > ? ORDER BY c.public_id", CredentialStore::read, now);
    }

    private static Verifier read(Row row) throws SQLException {
        return new Verifier(
                row.text("public_id"),
                row.text("hash"),
                row.text("actor_id"),
                Role.valueOf(row.text("role").toUpperCase(Locale.ROOT)),
                Credential.Kind.valueOf(row.text("kind").toUpperCase(Locale.ROOT)),
                row.instant("not_before"),
                row.instant("not_after"));
    }
}
