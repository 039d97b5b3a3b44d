package io.sonia.evaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.evaos.KeyRevoke;
import io.sonia.contracts.evaos.KeyRotate;
import io.sonia.contracts.evaos.KeyRotated;
import io.sonia.contracts.evaos.User;
import io.sonia.contracts.evaos.UserAnswer;
import io.sonia.contracts.evaos.UserCreate;
import io.sonia.contracts.evaos.UserCreated;
import io.sonia.contracts.evaos.UserFilter;
import io.sonia.contracts.evaos.UserList;
import io.sonia.contracts.evaos.UserRole;
import io.sonia.contracts.evaos.UserStatus;
import io.sonia.contracts.evaos.UserUpdate;
import io.sonia.contracts.evaos.VerifiersQuery;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.http.KeyRecord;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.identity.Role;
import io.sonia.kernel.identity.VerifierSet;
import io.sonia.kernel.identity.Verifiers;
import io.sonia.kernel.json.Shape;
import io.sonia.kernel.settings.AuthConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PersonsTest {

    private static final AuthConfig CONFIG = Shape.of(AuthConfig.class).read(Map.of());

    @TempDir
    Path folder;

    private final Wakeups wakeups = new Wakeups();
    private ControlPlane plane;
    private Verifiers verifiers;
    private PublishedKeys published;
    private Persons persons;

    @BeforeEach
    void open() {
        plane = new ControlPlane(folder);
        verifiers = new Verifiers(plane.keys.publicKey(), plane.clock, Duration.ofDays(1000));
        live();
    }

    private void live() {
        published = new PublishedKeys(plane.base, plane.home, plane.keys, verifiers, wakeups);
        new Identities(plane.base, plane.home, CONFIG, published);
        persons = new Persons(plane.base, Cursors.of(plane.home, plane.clock), CONFIG, published);
    }

    @AfterEach
    void close() {
        plane.close();
    }

    @Test
    void aNewPersonHasAKeyOfTheRoleAskedForAndOnlyItsHashIsStored() {
        UserCreated made = create("ann", UserRole.OBSERVER);

        assertThat(verifiers.authenticate(made.apiKey(), null, null))
                .satisfies(caller -> assertThat(caller.role()).isEqualTo(Role.OBSERVER))
                .satisfies(caller ->
                        assertThat(caller.actorId()).isEqualTo(made.user().userId()));
        assertThat(made.user().expiresAt()).isEqualTo(plane.clock.now().plus(Duration.ofDays(90)));
        assertThat(get(made.user().userId())).isEqualTo(made.user());
        String secret = made.apiKey().substring(made.apiKey().indexOf('.') + 1);
        assertThat(everythingStored()).isNotEmpty().noneMatch(row -> row.contains(secret));
        assertThat(plane.recorded()).contains("user.create");
    }

    @Test
    void whoAsksAgainUnderTheSameKeyIsToldAllButTheKey() {
        IdempotencyKey key = new IdempotencyKey("usr_1", "POST /v1/users", "once", "a:b", "c");
        persons.create(plane.call(
                Operation.USER_CREATE,
                new UserCreate("ann", UserRole.OBSERVER, Map.of(), null),
                ControlPlane.OPERATOR,
                Map.of(),
                key));

        KeyRecord.Answered kept = (KeyRecord.Answered) plane.journal.look(key);
        assertThat(new String(kept.reply().data(), StandardCharsets.UTF_8))
                .contains("\"display_name\":\"ann\"", "\"api_key\":null");
    }

    @Test
    void namesAreOnesOwnUntilTheirHolderIsGone() {
        User ann = create("ann", UserRole.OBSERVER).user();
        User ben = create("ben", UserRole.OBSERVER).user();

        refused(ErrorCode.CONFLICT, () -> create("ann", UserRole.OPERATOR));
        refused(ErrorCode.CONFLICT, () -> update(ben, new UserUpdate("ann", null, null, null)));
        update(ann, new UserUpdate("ann", null, null, Map.of("team", "blue")));
        delete(ann);
        create("ann", UserRole.OPERATOR);
    }

    @Test
    void theFormerKeyEndsWithItsOverlapThoughNobodyActs() {
        UserCreated made = create("ann", UserRole.OPERATOR);
        KeyRotated rotated = rotate(made.user(), 60);

        assertThat(rotated.previousValidUntil()).isEqualTo(plane.clock.now().plusSeconds(60));
        good(made.apiKey());
        good(rotated.apiKey());
        plane.clock.advance(Duration.ofSeconds(60).minusMillis(1));
        good(made.apiKey());
        plane.clock.advance(Duration.ofMillis(1));
        dead(made.apiKey());
        good(rotated.apiKey());
    }

    @Test
    void withoutAnOverlapTheFormerKeyEndsAtOnceAndAnOverlapNeverProlongsALife() {
        UserCreated made = create("ann", UserRole.OPERATOR);
        KeyRotated second = rotate(made.user(), 0);
        assertThat(second.previousValidUntil()).isNull();
        dead(made.apiKey());

        plane.clock.advance(Duration.ofDays(90).minusSeconds(10));
        assertThat(rotate(made.user(), 3600).previousValidUntil())
                .isEqualTo(plane.clock.now().plusSeconds(10));
    }

    @Test
    void onlySoManyKeysOfAPersonAreGoodAtATime() {
        User ann = create("ann", UserRole.OPERATOR).user();
        rotate(ann, 60);
        rotate(ann, 60);

        refused(ErrorCode.INVALID_STATE, () -> rotate(ann, 60));
        plane.clock.advance(Duration.ofSeconds(60));
        rotate(ann, 60);
        rotate(ann, 0);
    }

    @Test
    void keysLiveAsLongAsWasAskedForThemAlsoAfterARotation() {
        UserCreated made = create(new UserCreate("ann", UserRole.OBSERVER, Map.of(), 7));
        rotate(made.user(), 0);

        assertThat(get(made.user().userId()).expiresAt())
                .isEqualTo(plane.clock.now().plus(Duration.ofDays(7)));
    }

    @Test
    void revokedKeysAreWorthNothingAndANewOneCanBeMade() {
        UserCreated made = create("ann", UserRole.OPERATOR);
        KeyRotated second = rotate(made.user(), 60);

        persons.revoke(plane.call(
                Operation.USER_REVOKE, new KeyRevoke("lost"), ControlPlane.OPERATOR, path(made.user()), null));

        dead(made.apiKey());
        dead(second.apiKey());
        assertThat(get(made.user().userId()).expiresAt()).isNull();
        good(rotate(made.user(), 60).apiKey());
    }

    @Test
    void theKeysOfSuspendedPersonsAreRefusedUntilTheyAreBack() {
        UserCreated made = create("ann", UserRole.OPERATOR);

        update(made.user(), new UserUpdate(null, null, UserStatus.SUSPENDED, null));
        dead(made.apiKey());
        refused(ErrorCode.INVALID_STATE, () -> rotate(made.user(), 60));
        update(made.user(), new UserUpdate(null, null, UserStatus.ACTIVE, null));
        good(made.apiKey());
    }

    @Test
    void aChangedRoleIsTheRoleOfTheKeysThatAreThere() {
        UserCreated made = create("ann", UserRole.OPERATOR);

        update(made.user(), new UserUpdate(null, UserRole.OBSERVER, null, null));

        assertThat(verifiers.authenticate(made.apiKey(), null, null).role()).isEqualTo(Role.OBSERVER);
    }

    @Test
    void theDeletedAreGoneWithTheirKeysAndTheirIdNeverReturns() {
        UserCreated made = create("ann", UserRole.OPERATOR);

        delete(made.user());

        dead(made.apiKey());
        assertThat(get(made.user().userId()).status()).isEqualTo(UserStatus.DELETED);
        refused(ErrorCode.INVALID_STATE, () -> delete(made.user()));
        refused(ErrorCode.INVALID_STATE, () -> rotate(made.user(), 0));
        refused(
                ErrorCode.INVALID_STATE,
                () -> update(made.user(), new UserUpdate(null, null, UserStatus.ACTIVE, null)));
    }

    @Test
    void theLastActiveOperatorStaysOne() {
        User owner = list(null, UserRole.OPERATOR).users().getFirst();
        UserUpdate demoted = new UserUpdate(null, UserRole.OBSERVER, null, null);
        UserUpdate suspended = new UserUpdate(null, null, UserStatus.SUSPENDED, null);
        refused(ErrorCode.INVALID_STATE, () -> update(owner, demoted));
        refused(ErrorCode.INVALID_STATE, () -> update(owner, suspended));
        refused(ErrorCode.INVALID_STATE, () -> delete(owner));

        User ann = create("ann", UserRole.OPERATOR).user();
        update(ann, suspended);
        refused(ErrorCode.INVALID_STATE, () -> delete(owner));
        update(ann, new UserUpdate(null, null, UserStatus.ACTIVE, null));
        update(owner, demoted);
        refused(ErrorCode.INVALID_STATE, () -> update(ann, demoted));
    }

    @Test
    void personsAreListedInPagesWithoutTheDeletedOnes() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            plane.clock.advance(Duration.ofMillis(1));
            names.addFirst("person " + i);
            create("person " + i, UserRole.OBSERVER);
        }
        delete(list(null, UserRole.OBSERVER).users().getFirst());
        List<String> seen = new ArrayList<>();
        String cursor = null;
        do {
            UserList page = ControlPlane.data(persons.list(plane.call(
                    Operation.USER_LIST, new UserFilter(null, UserRole.OBSERVER, 3, cursor), ControlPlane.OPERATOR)));
            page.users().forEach(each -> seen.add(each.displayName()));
            assertThat(page.total()).isEqualTo(4);
            cursor = page.nextCursor();
        } while (cursor != null);

        assertThat(seen).isEqualTo(names.subList(1, 5));
        assertThat(list(UserStatus.DELETED, null).users())
                .extracting(User::displayName)
                .containsExactly("person 4");
        refused(ErrorCode.NOT_FOUND, () -> get("usr_unknown"));
    }

    @Test
    void aChangeIsAnsweredWhenTheServicesThatFollowHaveAskedForWhatComesNext() {
        long before = published.generation();
        poll(before, 1);
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletableFuture<VerifierSet> follower = CompletableFuture.supplyAsync(
                    () -> {
                        VerifierSet news = poll(before, 60_000);
                        order.add("asked again");
                        poll(news.generation(), 60_000);
                        return news;
                    },
                    threads);
            create("ann", UserRole.OBSERVER);
            order.add("answered");
            wakeups.close();

            assertThat(follower.orTimeout(10, TimeUnit.SECONDS).join().generation())
                    .isEqualTo(before + 1);
        }
        assertThat(order).containsExactly("asked again", "answered");
    }

    @Test
    void anOwnerWhoWasDemotedOrDeletedIsGivenNoKeyByARestart() throws IOException {
        User owner = list(null, UserRole.OPERATOR).users().getFirst();
        UserCreated ann = create("ann", UserRole.OPERATOR);
        String file = Files.readString(plane.home.operatorToken()).strip();
        delete(owner);

        live();

        assertThat(Files.readString(plane.home.operatorToken()).strip()).isEqualTo(file);
        dead(file);
        good(ann.apiKey());
    }

    @Test
    void ifNobodyElseCouldActARestartMakesAKeyForTheEldestOperator() throws IOException {
        User owner = list(null, UserRole.OPERATOR).users().getFirst();
        UserCreated ann = create("ann", UserRole.OPERATOR);
        delete(owner);
        plane.clock.advance(Duration.ofDays(91));

        live();

        String file = Files.readString(plane.home.operatorToken()).strip();
        assertThat(verifiers.authenticate(file, null, null).actorId())
                .isEqualTo(ann.user().userId());
    }

    private VerifierSet poll(long since, int waitMs) {
        return ControlPlane.data(published.poll(
                plane.call(Operation.AUTH_VERIFIERS, new VerifiersQuery(since, waitMs), ControlPlane.OPENCLAW)));
    }

    private List<String> everythingStored() {
        return plane.journal.read(sql -> {
            List<String> rows = new ArrayList<>(
                    sql.list("SELECT public_id || hash AS text FROM credentials", row -> row.text("text")));
            rows.addAll(sql.list("SELECT detail AS text FROM audit_entries", row -> row.text("text")));
            return rows;
        });
    }

    private UserCreated create(String name, UserRole role) {
        return create(new UserCreate(name, role, Map.of(), null));
    }

    private UserCreated create(UserCreate wish) {
        return ControlPlane.data(persons.create(plane.call(Operation.USER_CREATE, wish, ControlPlane.OPERATOR)));
    }

    private User get(String id) {
        UserAnswer answer = ControlPlane.data(persons.get(
                plane.call(Operation.USER_GET, new Empty(), ControlPlane.OPERATOR, Map.of("user_id", id), null)));
        return answer.user();
    }

    private UserList list(UserStatus status, UserRole role) {
        return ControlPlane.data(persons.list(
                plane.call(Operation.USER_LIST, new UserFilter(status, role, 50, null), ControlPlane.OPERATOR)));
    }

    private KeyRotated rotate(User user, int overlapSeconds) {
        return ControlPlane.data(persons.rotate(plane.call(
                Operation.USER_ROTATE, new KeyRotate(overlapSeconds), ControlPlane.OPERATOR, path(user), null)));
    }

    private void update(User user, UserUpdate change) {
        persons.update(plane.call(Operation.USER_UPDATE, change, ControlPlane.OPERATOR, path(user), null));
    }

    private void delete(User user) {
        persons.delete(plane.call(Operation.USER_DELETE, new Empty(), ControlPlane.OPERATOR, path(user), null));
    }

    private static Map<String, String> path(User user) {
        return Map.of("user_id", user.userId());
    }

    private void good(String key) {
        assertThat(verifiers.authenticate(key, null, null).person()).isTrue();
    }

    private void dead(String key) {
        refused(ErrorCode.UNAUTHORIZED, () -> verifiers.authenticate(key, null, null));
    }

    private static void refused(ErrorCode code, ThrowingCallable attempt) {
        assertThatThrownBy(attempt)
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
