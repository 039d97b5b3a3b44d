package io.sonia.evaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.evaos.VerifiersQuery;
import io.sonia.contracts.evaos.WhoAmI;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.identity.Caller;
import io.sonia.kernel.identity.Role;
import io.sonia.kernel.identity.VerifierSet;
import io.sonia.kernel.identity.Verifiers;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import io.sonia.kernel.settings.AuthConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdentitiesTest {

    private static final AuthConfig CONFIG = Shape.of(AuthConfig.class).read(Map.of());

    @TempDir
    Path folder;

    private ControlPlane plane;
    private PublishedKeys published;
    private Identities identities;
    private Verifiers verifiers;

    @BeforeEach
    void open() {
        plane = new ControlPlane(folder);
        verifiers = new Verifiers(plane.keys.publicKey(), plane.clock, Duration.ofMinutes(5));
        restart();
    }

    @AfterEach
    void close() {
        plane.close();
    }

    @Test
    void everyServiceHasATokenOfItsOwn() throws IOException {
        for (ServiceName service : ServiceName.values()) {
            Caller caller = verifiers.authenticate(null, token(plane.home.token(service)), null);
            assertThat(caller.is(service)).isTrue();
        }
    }

    @Test
    void theOperatorHasAKey() throws IOException {
        Caller caller = verifiers.authenticate(token(plane.home.operatorToken()), null, null);

        assertThat(caller.role()).isEqualTo(Role.OPERATOR);
        assertThat(caller.actorId()).startsWith("usr_");
    }

    @Test
    void theFilesAreTheOwnersAlone() throws IOException {
        for (Path file :
                List.of(plane.home.operatorToken(), plane.home.token(ServiceName.OPENCLAW), plane.home.verifiers())) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void thePublishedFileIsTheSignedSet() throws IOException {
        VerifierSet onFile =
                Shape.of(VerifierSet.class).read(Json.parseObject(Files.readAllBytes(plane.home.verifiers())));

        assertThat(onFile.signedBy(plane.keys.publicKey())).isTrue();
        assertThat(onFile).isEqualTo(published.set());
        assertThat(onFile.principals()).hasSize(ServiceName.values().length + 1);
    }

    @Test
    void onlyHashesAreStored() throws IOException {
        String key = token(plane.home.operatorToken());
        String secret = key.substring(key.indexOf('.') + 1);

        List<String> stored = plane.journal.read(
                sql -> sql.list("SELECT hash || public_id AS both FROM credentials", row -> row.text("both")));
        assertThat(stored).isNotEmpty().noneMatch(each -> each.contains(secret));
        assertThat(Files.readString(plane.home.verifiers())).doesNotContain(secret);
    }

    @Test
    void aNewLifeHasNewTokensAndKeepsTheOperatorsKey() throws IOException {
        String oldToken = token(plane.home.token(ServiceName.OPENCLAW));
        String operator = token(plane.home.operatorToken());

        restart();

        assertThat(token(plane.home.token(ServiceName.OPENCLAW))).isNotEqualTo(oldToken);
        assertThat(token(plane.home.operatorToken())).isEqualTo(operator);
        assertThat(verifiers.authenticate(operator, oldToken, null).role()).isEqualTo(Role.OPERATOR);
        plane.clock.advance(Duration.ofMinutes(5));
        verifiers.accept(published.set());
        unauthorized(oldToken);
    }

    @Test
    void aMissingOperatorKeyIsReplacedAndTheLostOneIsWorthNothing() throws IOException {
        String lost = token(plane.home.operatorToken());
        Caller before = verifiers.authenticate(lost, null, null);
        Files.delete(plane.home.operatorToken());

        restart();

        String next = token(plane.home.operatorToken());
        assertThat(verifiers.authenticate(next, null, null)).isEqualTo(before);
        unauthorized(lost);
    }

    @Test
    void anExpiredOperatorKeyIsReplaced() throws IOException {
        String old = token(plane.home.operatorToken());
        plane.clock.advance(Duration.ofDays(90));

        restart();

        assertThat(token(plane.home.operatorToken())).isNotEqualTo(old);
    }

    @Test
    void aForeignOrMalformedOperatorKeyIsReplaced() throws IOException {
        Files.writeString(plane.home.operatorToken(), "rubbish");

        restart();

        assertThat(verifiers
                        .authenticate(token(plane.home.operatorToken()), null, null)
                        .role())
                .isEqualTo(Role.OPERATOR);
    }

    @Test
    void anOperatorKeyThatOthersCanReadIsRefused() throws IOException {
        Files.setPosixFilePermissions(plane.home.operatorToken(), PosixFilePermissions.fromString("rw-r--r--"));

        assertThatThrownBy(this::restart)
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.AUTH_UNAVAILABLE))
                .hasMessageContaining("operator.token")
                .hasMessageContaining("chmod 600");
    }

    @Test
    void tokensAreRenewedAtHalfTheirLife() throws IOException {
        String old = token(plane.home.token(ServiceName.API_GATEWAY));
        long generation = published.set().generation();
        plane.clock.advance(Duration.ofHours(12).minusSeconds(1));
        identities.renew();
        assertThat(token(plane.home.token(ServiceName.API_GATEWAY))).isEqualTo(old);

        plane.clock.advance(Duration.ofSeconds(1));
        assertThat(identities.renew()).isTrue();

        String next = token(plane.home.token(ServiceName.API_GATEWAY));
        verifiers.accept(published.set());
        assertThat(published.set().generation()).isEqualTo(generation + 1);
        assertThat(verifiers.authenticate(null, next, null).is(ServiceName.API_GATEWAY))
                .isTrue();
        assertThat(verifiers.authenticate(null, old, null).is(ServiceName.API_GATEWAY))
                .isTrue();
        plane.clock.advance(Duration.ofSeconds(299));
        verifiers.accept(published.set());
        verifiers.authenticate(null, old, null);
        plane.clock.advance(Duration.ofSeconds(1));
        unauthorized(old);
    }

    @Test
    void theFileStaysYoungEnoughToTrust() throws IOException {
        plane.clock.advance(Duration.ofMinutes(1));
        assertThat(identities.renew()).isTrue();

        VerifierSet onFile =
                Shape.of(VerifierSet.class).read(Json.parseObject(Files.readAllBytes(plane.home.verifiers())));
        assertThat(onFile.issuedAt()).isEqualTo(plane.clock.now());
        assertThat(identities.renew()).isFalse();
    }

    @Test
    void whoAsksForNewsIsAnsweredAtOnceIfThereAreSome() {
        long generation = published.set().generation();

        assertThat(poll(generation - 1, 60_000).generation()).isEqualTo(generation);
        assertThat(poll(generation, 5).generation()).isEqualTo(generation);
    }

    @Test
    void whoWaitsForNewsIsWokenByThem() {
        long generation = published.set().generation();
        CompletableFuture<VerifierSet> waiting = CompletableFuture.supplyAsync(() -> poll(generation, 60_000));

        plane.clock.advance(Duration.ofHours(12));
        identities.renew();

        assertThat(waiting.orTimeout(10, TimeUnit.SECONDS).join().generation()).isEqualTo(generation + 1);
    }

    @Test
    void aCallerIsToldWhoItIsAndUntilWhen() throws IOException {
        String key = token(plane.home.operatorToken());
        Caller caller = verifiers.authenticate(key, null, null);
        Call<Empty> bare = plane.call(Operation.AUTH_WHOAMI, new Empty(), caller);
        Context context = bare.context();
        Context withKey = new Context(context.correlationId(), context.trace(), context.deadline(), caller, key, null);

        WhoAmI answer = ControlPlane.data(identities.whoAmI(
                new Call<>(bare.operation(), bare.input(), Map.of(), Map.of(), withKey, null, false, null)));

        assertThat(answer.actorId()).isEqualTo(caller.actorId());
        assertThat(answer.actorRole()).isEqualTo("operator");
        assertThat(answer.expiresAt()).isEqualTo(plane.clock.now().plus(Duration.ofDays(90)));
        WhoAmI service = ControlPlane.data(
                identities.whoAmI(plane.call(Operation.AUTH_WHOAMI, new Empty(), ControlPlane.OPENCLAW)));
        assertThat(service.service()).isEqualTo("openclaw");
        assertThat(service.expiresAt()).isEqualTo(plane.clock.now().plus(Duration.ofDays(1)));
    }

    private VerifierSet poll(long since, int waitMs) {
        return ControlPlane.data(published.poll(
                plane.call(Operation.AUTH_VERIFIERS, new VerifiersQuery(since, waitMs), ControlPlane.OPENCLAW)));
    }

    private void restart() {
        published = new PublishedKeys(plane.base, plane.home, plane.keys, verifiers, new Wakeups());
        identities = new Identities(plane.base, plane.home, CONFIG, published);
    }

    private void unauthorized(String credential) {
        assertThatThrownBy(() -> verifiers.authenticate(credential, null, null))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAUTHORIZED));
    }

    private static String token(Path file) throws IOException {
        return Files.readString(file).strip();
    }
}
