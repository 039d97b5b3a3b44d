package io.sonia.cli;

import static io.sonia.cli.Samples.map;
import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.evaos.KeyRevoked;
import io.sonia.contracts.evaos.KeyRotated;
import io.sonia.contracts.evaos.ServiceRotated;
import io.sonia.contracts.evaos.User;
import io.sonia.contracts.evaos.UserCreated;
import io.sonia.contracts.evaos.UserList;
import io.sonia.contracts.evaos.UserRole;
import io.sonia.contracts.evaos.UserStatus;
import io.sonia.contracts.evaos.WhoAmI;
import io.sonia.kernel.Home;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Making, listing, replacing and revoking keys from the command line. */
class TokenIT {

    private static final String USERS = "/v1/users";
    private static final String ROTATE = "POST /v1/users/usr_1/rotate-key";
    private static final String KEY = "sk-sonia-new";
    private static final User ANN = new User(
            "usr_1",
            "ann",
            UserRole.OBSERVER,
            UserStatus.ACTIVE,
            Samples.NOW,
            Samples.NOW,
            Samples.NOW.plusSeconds(60),
            Map.of());

    @TempDir
    Path folder;

    private final Captured captured = Captured.pipes();
    private FakeGateway evaOs;

    @BeforeEach
    void start() throws IOException {
        evaOs = new FakeGateway(new Home(folder))
                .on("POST " + USERS, reply -> reply.data(Samples.plain(new UserCreated(ANN, KEY))))
                .on("GET " + USERS, reply -> reply.data(Samples.plain(new UserList(List.of(ANN), 1, 1, null))))
                .on(
                        ROTATE,
                        reply -> reply.data(
                                Samples.plain(new KeyRotated("usr_1", KEY, Samples.NOW, Samples.NOW.plusSeconds(60)))));
        caller("usr_2");
    }

    @AfterEach
    void stop() {
        evaOs.close();
    }

    private void caller(String id) {
        evaOs.on(
                "GET /v1/auth/whoami",
                reply -> reply.data(Samples.plain(new WhoAmI(id, "operator", "person", null, null, 1))));
    }

    private int run(String... words) {
        return Main.run(captured.place(folder, evaOs.environment()), words);
    }

    @Test
    void aNewKeyIsAllThatAScriptGets() {
        assertThat(run("token", "create", "--name", "ann", "--role", "observer", "--days", "7"))
                .isZero();

        assertThat(captured.out()).isEqualTo(KEY + "\n");
        assertThat(captured.err()).contains("usr_1, observer");
        assertThat(evaOs.seen("POST " + USERS).getFirst().body())
                .containsEntry("display_name", "ann")
                .containsEntry("role", "observer")
                .containsEntry("expires_days", 7L);
    }

    @Test
    void aKeyInAFileIsForItsOwnerOnlyAndReplacesNothing() throws IOException {
        Path file = folder.resolve("ann.key");

        assertThat(run("token", "create", "--name", "ann", "--out", file.toString()))
                .isZero();
        assertThat(captured.out()).isEmpty();
        assertThat(Files.readString(file)).isEqualTo(KEY + "\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(run("token", "create", "--name", "ann", "--out", file.toString()))
                .isEqualTo(2);
        assertThat(evaOs.seen("POST " + USERS)).hasSize(1);
    }

    @Test
    void personsAreATable() {
        assertThat(run("token", "list", "--role", "observer", "--status", "active"))
                .isZero();

        assertThat(captured.out().lines().toList().get(1))
                .startsWith("usr_1")
                .contains("ann", "observer", "active", "2026-01-31T08:01:00Z");
        assertThat(evaOs.seen("GET " + USERS).getFirst().query()).contains("role=observer", "status=active");
    }

    @Test
    void aPersonIsFoundByName() {
        assertThat(run("token", "rotate", "ann", "--overlap", "60")).isZero();

        assertThat(captured.out()).isEqualTo(KEY + "\n");
        assertThat(captured.err()).contains("until 2026-01-31T08:01:00Z");
        assertThat(evaOs.seen(ROTATE).getFirst().body()).containsEntry("overlap_seconds", 60L);
        assertThat(run("token", "rotate", "nobody")).isEqualTo(1);
    }

    @Test
    void onesOwnNewKeyGoesToTheFileThatIsReadAndNotToTheScreen() throws IOException {
        caller("usr_1");
        Path file = new Home(folder).operatorToken();

        assertThat(run("token", "rotate", "usr_1")).isZero();

        assertThat(captured.out()).contains(file.toString()).doesNotContain(KEY);
        assertThat(Files.readString(file)).isEqualTo(KEY + "\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void serviceTokensAreReplacedWithoutBeingShown() {
        evaOs.on(
                "POST /v1/auth/service-tokens/rotate",
                reply -> reply.data(Samples.plain(new ServiceRotated(
                        List.of(new ServiceRotated.Rotated("openclaw", 7, Samples.NOW.plusSeconds(300)))))));

        assertThat(run("token", "rotate", "--service", "openclaw")).isZero();
        assertThat(captured.out().lines().toList().get(1))
                .startsWith("openclaw")
                .contains("08:05:00");
        assertThat(run("token", "rotate")).isEqualTo(2);
        assertThat(run("token", "rotate", "ann", "--service", "all")).isEqualTo(2);
    }

    @Test
    void revokingSaysSinceWhen() {
        evaOs.on(
                "POST /v1/users/usr_1/revoke-key",
                reply -> reply.data(Samples.plain(new KeyRevoked("usr_1", Samples.NOW))));

        assertThat(run("token", "revoke", "ann", "--reason", "lost", "--json")).isZero();
        assertThat(Json.parseObject(captured.out())).containsEntry("user_id", "usr_1");
        assertThat(evaOs.seen("POST /v1/users/usr_1").getFirst().body()).containsEntry("reason", "lost");
    }

    @Test
    void refusalsAreExitCode1WithTheReason() {
        evaOs.on("POST " + USERS, reply -> reply.error(409, "CONFLICT", map()));

        assertThat(run("token", "create", "--name", "ann")).isEqualTo(1);
        assertThat(captured.err()).contains("CONFLICT");
        assertThat(run("token", "create")).isEqualTo(2);
        assertThat(run("token", "create", "--name", "x", "--role", "king")).isEqualTo(2);
    }
}
