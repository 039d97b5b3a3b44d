package io.sonia.evaos;

import io.sonia.contracts.Listing;
import io.sonia.contracts.evaos.User;
import io.sonia.contracts.evaos.UserFilter;
import io.sonia.contracts.evaos.UserRole;
import io.sonia.contracts.evaos.UserStatus;
import io.sonia.journal.Row;
import io.sonia.journal.Sql;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.WireNamed;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The persons among the principals. A deleted one keeps its row, so that its id never returns. */
final class PersonStore {

    /** Persons, each with the end of the last key. */
    private static final String PERSONS = """
            (SELECT p.*, (SELECT max(c.not_after) FROM credentials c
               WHERE c.actor_id = p.actor_id AND c.revoked_at IS NULL) AS expires_at
             FROM principals p WHERE p.kind = 'person') AS persons""";

    private static final String ACTIVE_OPERATORS =
            "kind = 'person' AND role = 'operator' AND status = 'active' AND actor_id <> ?";

    private PersonStore() {}

    /** @param keyDays the life of the person's keys; null: as the settings say */
    static void insert(Sql sql, User user, @Nullable Integer keyDays) throws SQLException {
        sql.update(
                """
                INSERT INTO principals
                  (actor_id, kind, role, display_name, status, created_at, updated_at, metadata, key_days)
                VALUES (?, 'person', ?, ?, ?, ?, ?, ?, ?)""",
                user.userId(),
                WireNamed.of(user.role()),
                user.displayName(),
                WireNamed.of(user.status()),
                user.createdAt(),
                user.updatedAt(),
                Json.text(user.metadata()),
                keyDays);
    }

    static void update(Sql sql, User user) throws SQLException {
        sql.update(
                """
                UPDATE principals SET role = ?, display_name = ?, status = ?, updated_at = ?, metadata = ?
                WHERE actor_id = ?""",
                WireNamed.of(user.role()),
                user.displayName(),
                WireNamed.of(user.status()),
                user.updatedAt(),
                Json.text(user.metadata()),
                user.userId());
    }

    static void bury(Sql sql, User deleted) throws SQLException {
        update(sql, deleted);
        sql.update("UPDATE principals SET deleted_at = ? WHERE actor_id = ?", deleted.updatedAt(), deleted.userId());
    }

    static Optional<User> find(Sql sql, String userId) throws SQLException {
        return sql.one("SELECT * FROM " + PERSONS + " WHERE actor_id = ?", PersonStore::read, userId);
    }

    /** The life of a person's keys in days, if it is not that of the settings. */
    static Optional<Integer> keyDays(Sql sql, String userId) throws SQLException {
        return sql.one(
                "SELECT key_days FROM principals WHERE actor_id = ? AND key_days IS NOT NULL",
                row -> row.integer("key_days"),
                userId);
    }

    /** True if another person who is not deleted has this name. */
    static boolean nameTaken(Sql sql, String name, String exceptUserId) throws SQLException {
        return sql.number("""
                        SELECT count(*) FROM principals
                        WHERE kind = 'person' AND deleted_at IS NULL AND display_name = ? AND actor_id <> ?""", name, exceptUserId) > 0;
    }

    static long living(Sql sql) throws SQLException {
        return sql.number("SELECT count(*) FROM principals WHERE kind = 'person' AND deleted_at IS NULL");
    }

    /** True if somebody else could act if this person could not. */
    static boolean anotherOperator(Sql sql, String userId) throws SQLException {
        return sql.number("SELECT count(*) FROM principals WHERE " + ACTIVE_OPERATORS, userId) > 0;
    }

    /** True if any operator could act now. */
    static boolean operable(Sql sql, Instant now) throws SQLException {
        return sql.number("""
                        SELECT count(*) FROM credentials c JOIN principals p ON p.actor_id = c.actor_id
                        WHERE p.kind = 'person' AND p.role = 'operator' AND p.status = 'active'
                          AND c.revoked_at IS NULL AND c.not_after > ?""", now) > 0;
    }

    /** The person who installed this home, if still an active operator. */
    static Optional<String> owner(Sql sql) throws SQLException {
        return sql.one(
                "SELECT actor_id FROM principals WHERE home_owner = 1 AND " + ACTIVE_OPERATORS,
                row -> row.text("actor_id"),
                "");
    }

    static void setOwner(Sql sql, String userId) throws SQLException {
        sql.update("UPDATE principals SET home_owner = 1 WHERE actor_id = ?", userId);
    }

    /** The active operator who has been there for longest. */
    static Optional<String> eldest(Sql sql) throws SQLException {
        return sql.one(
                "SELECT actor_id FROM principals WHERE " + ACTIVE_OPERATORS + " ORDER BY created_at, actor_id LIMIT 1",
                row -> row.text("actor_id"),
                "");
    }

    /** The persons asked for; deleted ones only by their status. */
    static Listing listing(UserFilter filter) {
        Listing listing = new Listing(PERSONS, "actor_id")
                .where("status", filter.status())
                .where("role", filter.role());
        return filter.status() == null ? listing.whereNull("deleted_at") : listing;
    }

    static User read(Row row) throws SQLException {
        return new User(
                row.text("actor_id"),
                row.text("display_name"),
                UserRole.valueOf(row.text("role").toUpperCase(Locale.ROOT)),
                UserStatus.valueOf(row.text("status").toUpperCase(Locale.ROOT)),
                row.instant("created_at"),
                row.instant("updated_at"),
                row.instantOrNull("expires_at"),
                row.json("metadata"));
    }
}
