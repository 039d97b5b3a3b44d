package io.sonia.evaos;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.Listing;
import io.sonia.contracts.evaos.KeyRevoke;
import io.sonia.contracts.evaos.KeyRevoked;
import io.sonia.contracts.evaos.KeyRotate;
import io.sonia.contracts.evaos.KeyRotated;
import io.sonia.contracts.evaos.User;
import io.sonia.contracts.evaos.UserAnswer;
import io.sonia.contracts.evaos.UserCreate;
import io.sonia.contracts.evaos.UserCreated;
import io.sonia.contracts.evaos.UserDeleted;
import io.sonia.contracts.evaos.UserFilter;
import io.sonia.contracts.evaos.UserList;
import io.sonia.contracts.evaos.UserRole;
import io.sonia.contracts.evaos.UserStatus;
import io.sonia.contracts.evaos.UserUpdate;
import io.sonia.evaos.PersonLife.Event;
import io.sonia.journal.Answers;
import io.sonia.journal.Sql;
import io.sonia.journal.Work;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.identity.Role;
import io.sonia.kernel.json.Violations;
import io.sonia.kernel.json.WireNamed;
import io.sonia.kernel.settings.AuthConfig;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The persons who may use this house and their keys. One active operator is always left. A change is answered when it is
 * in force in every service that runs, or after a second.
 */
final class Persons {

    /** Persons who are not deleted. */
    static final int MAX = 1_000;

    private final Foundation base;
    private final Cursors cursors;
    private final AuthConfig config;
    private final PublishedKeys published;

    Persons(Foundation base, Cursors cursors, AuthConfig config, PublishedKeys published) {
        this.base = base;
        this.cursors = cursors;
        this.config = config;
        this.published = published;
    }

    Reply create(Call<UserCreate> call) {
        UserCreate input = call.input();
        Instant now = base.clock().now();
        String id = base.ids().next("usr_");
        return inForce(tx -> {
            Sql sql = tx.sql();
            if (PersonStore.living(sql) >= MAX) {
                throw SoniaException.of(ErrorCode.OVERLOADED, "There are too many users; delete some")
                        .with("limit", MAX);
            }
            requireOwnName(sql, input.displayName(), id);
            UserStatus status = PersonLife.TABLE.start(Event.CREATE);
            User user = new User(id, input.displayName(), input.role(), status, now, now, null, input.metadata());
            PersonStore.insert(sql, user, input.expiresDays());
            KeyChange made = newKey(sql, user, now, Duration.ZERO);
            tx.audit(edge(call, null, user, made));
            User stored = existing(sql, id);
            String location = "/v1/users/" + id;
            // What is kept for a repeated request holds no key.
            Answers.keep(tx, call, Reply.ok(new UserCreated(stored, null)).location(location));
            return Reply.ok(new UserCreated(stored, made.key().text())).location(location);
        });
    }

    Reply get(Call<Empty> call) {
        String id = Ids.checked(call.path("user_id"));
        return Reply.ok(new UserAnswer(base.journal().read(sql -> existing(sql, id))));
    }

    Reply list(Call<UserFilter> call) {
        UserFilter filter = call.input();
        Listing.Page<User> page = PersonStore.listing(filter)
                .page(base.journal(), cursors, filter.cursor(), filter.limit(), PersonStore::read);
        return Reply.ok(new UserList(page.rows(), page.rows().size(), page.total(), page.nextCursor()));
    }

    Reply update(Call<UserUpdate> call) {
        UserUpdate input = call.input();
        String id = Ids.checked(call.path("user_id"));
        Instant now = base.clock().now();
        return inForce(tx -> {
            Sql sql = tx.sql();
            User seen = existing(sql, id);
            Event event = PersonLife.update(seen.status(), input.status())
                    .orElseThrow(() -> Violations.single("status", "choice", "expected one of active, suspended"));
            UserStatus status = PersonLife.TABLE.require(seen.status(), event);
            UserRole role = input.role() == null ? seen.role() : input.role();
            if (status != UserStatus.ACTIVE || role != UserRole.OPERATOR) {
                requireAnotherOperator(sql, seen);
            }
            if (input.displayName() != null) {
                requireOwnName(sql, input.displayName(), id);
            }
            User after = new User(
                    id,
                    input.displayName() == null ? seen.displayName() : input.displayName(),
                    role,
                    status,
                    seen.createdAt(),
                    now,
                    seen.expiresAt(),
                    input.metadata() == null ? seen.metadata() : input.metadata());
            PersonStore.update(sql, after);
            Fences.nextGeneration(sql);
            tx.audit(edge(call, seen, after, null));
            return Answers.keep(tx, call, Reply.ok(new UserAnswer(after)));
        });
    }

    Reply delete(Call<Empty> call) {
        String id = Ids.checked(call.path("user_id"));
        Instant now = base.clock().now();
        return inForce(tx -> {
            Sql sql = tx.sql();
            User seen = existing(sql, id);
            UserStatus status = PersonLife.TABLE.require(seen.status(), Event.DELETE);
            requireAnotherOperator(sql, seen);
            User after = new User(id, seen.displayName(), seen.role(), status, seen.createdAt(), now, null, Map.of());
            PersonStore.bury(sql, after);
            CredentialStore.revoke(sql, id, now);
            Fences.nextGeneration(sql);
            tx.audit(edge(call, seen, after, null));
            return Answers.keep(tx, call, Reply.ok(new UserDeleted(id, status)));
        });
    }

    Reply rotate(Call<KeyRotate> call) {
        String id = Ids.checked(call.path("user_id"));
        Duration overlap = Duration.ofSeconds(call.input().overlapSeconds());
        Instant now = base.clock().now();
        return inForce(tx -> {
            User user = existing(tx.sql(), id);
            PersonLife.TABLE.require(user.status(), Event.ROTATE);
            KeyChange made = newKey(tx.sql(), user, now, overlap);
            tx.audit(edge(call, user, user, made));
            Answers.keep(tx, call, Reply.ok(new KeyRotated(id, null, now, made.formerUntil())));
            return Reply.ok(new KeyRotated(id, made.key().text(), now, made.formerUntil()));
        });
    }

    Reply revoke(Call<KeyRevoke> call) {
        String id = Ids.checked(call.path("user_id"));
        Instant now = base.clock().now();
        return inForce(tx -> {
            User user = existing(tx.sql(), id);
            PersonLife.TABLE.require(user.status(), Event.REVOKE);
            CredentialStore.revoke(tx.sql(), id, now);
            Fences.nextGeneration(tx.sql());
            tx.audit(about(call, id)
                    .detail(Map.of(
                            "status",
                            WireNamed.of(user.status()),
                            "reason",
                            call.input().reason())));
            return Answers.keep(tx, call, Reply.ok(new KeyRevoked(id, now)));
        });
    }

    private Reply inForce(Work<Reply> work) {
        Reply reply = base.journal().commit(work);
        published.publishEverywhere();
        return reply;
    }

    private KeyChange newKey(Sql sql, User user, Instant now, Duration overlap) throws SQLException {
        Role role = user.role() == UserRole.OPERATOR ? Role.OPERATOR : Role.OBSERVER;
        int days = PersonStore.keyDays(sql, user.userId()).orElse(config.personKeyDays());
        return KeyChange.make(
                sql,
                base.ids(),
                new KeyChange.Holder(user.userId(), role),
                new KeyChange.Terms(now, Duration.ofDays(days), overlap),
                Fences.nextGeneration(sql));
    }

    private static void requireOwnName(Sql sql, String name, String userId) throws SQLException {
        if (PersonStore.nameTaken(sql, name, userId)) {
            throw SoniaException.of(ErrorCode.CONFLICT, "Another user has this name");
        }
    }

    private static void requireAnotherOperator(Sql sql, User seen) throws SQLException {
        boolean counts = seen.status() == UserStatus.ACTIVE && seen.role() == UserRole.OPERATOR;
        if (counts && !PersonStore.anotherOperator(sql, seen.userId())) {
            throw SoniaException.of(ErrorCode.INVALID_STATE, "The last active operator stays one: make another first")
                    .with("state", WireNamed.of(seen.status()))
                    .with(
                            "allowed",
                            List.of(
                                    WireNamed.of(Event.CHANGE),
                                    WireNamed.of(Event.ROTATE),
                                    WireNamed.of(Event.REVOKE)));
        }
    }

    private static User existing(Sql sql, String id) throws SQLException {
        return PersonStore.find(sql, id).orElseThrow(() -> SoniaException.of(ErrorCode.NOT_FOUND));
    }

    private static AuditEvent about(Call<?> call, String userId) {
        return call.audit().about("user", userId);
    }

    private static AuditEvent edge(Call<?> call, @Nullable User before, User after, @Nullable KeyChange key) {
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        detail.put("from", before == null ? null : WireNamed.of(before.status()));
        detail.put("to", WireNamed.of(after.status()));
        detail.put("role_from", before == null ? null : WireNamed.of(before.role()));
        detail.put("role_to", WireNamed.of(after.role()));
        if (key != null) {
            detail.put("public_id", key.key().publicId());
            detail.put("generation", key.generation());
            detail.put(
                    "former_until",
                    key.formerUntil() == null ? null : key.formerUntil().toString());
        }
        return about(call, after.userId()).detail(detail);
    }
}
