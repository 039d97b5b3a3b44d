package io.sonia.platform;

import io.sonia.evaos.EvaOsModule;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SecretFile;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.identity.Credential;
import io.sonia.kernel.identity.Ed25519;
import io.sonia.kernel.identity.KeyMaterial;
import io.sonia.kernel.identity.VerifierSet;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Key material that is missing, malformed, open to others or of somebody else: a real process ends with 77 and says why. */
@Timeout(60)
class RefusedKeysIT {

    private static final int KEYS = 77;
    private static final ServiceName SERVICE = ServiceName.OPENCLAW;
    private static final Duration LONG_AGO = Duration.ofSeconds(301);

    /** What is done to the files of a home in which EVA-OS has issued keys. */
    interface Damage {
        void to(Home home) throws IOException;
    }

    @TempDir
    Path folder;

    static Stream<Arguments> damages() {
        return Stream.of(
                of("eva-os", "root.key is missing", home -> Files.delete(home.rootKey())),
                of("eva-os", "root.key holds 31 bytes", home -> write(home.rootKey(), new byte[31])),
                of("eva-os", "root.key can be used by others", home -> open(home.rootKey())),
                of("eva-os", "eva-os.key is missing", home -> Files.delete(home.signingKey())),
                of("eva-os", "eva-os.key can be used by others", home -> open(home.signingKey())),
                of("eva-os", "eva-os.pub is missing", home -> Files.delete(home.publicKey())),
                of("eva-os", "eva-os.key does not open", RefusedKeysIT::otherRoot),
                of("eva-os", "eva-os.pub does not belong", RefusedKeysIT::foreignPublicKey),
                of("openclaw", "eva-os.pub is not in PEM form", home -> write(home.publicKey(), new byte[40])),
                of("openclaw", "eva-os.pub can be used by others", home -> open(home.publicKey())),
                of("openclaw", "verifiers.json is not signed by EVA-OS", RefusedKeysIT::foreignPublicKey),
                of("openclaw", "verifiers.json is missing", home -> Files.delete(home.verifiers())),
                of("openclaw", "verifiers.json is no set", home -> write(home.verifiers(), new byte[] {'{', '}'})),
                of("openclaw", "verifiers.json is no set", home -> write(home.verifiers(), new byte[] {'!'})),
                of("openclaw", "verifiers.json can be used by others", home -> open(home.verifiers())),
                of("openclaw", "verifiers.json is too old", home -> sign(home, LONG_AGO, ownKey(home))),
                of(
                        "openclaw",
                        "verifiers.json is not signed",
                        home -> sign(home, Duration.ZERO, Ed25519.newKeyPair().getPrivate())),
                of("openclaw", "openclaw.token is missing", home -> Files.delete(home.token(SERVICE))),
                of("openclaw", "openclaw.token can be used by others", home -> open(home.token(SERVICE))),
                of("openclaw", "openclaw.token is not a valid token", home -> token(home, "rubbish")),
                of("openclaw", "openclaw.token is not a valid token", home -> token(home, made())),
                of(
                        "openclaw",
                        "openclaw.token is not a valid token",
                        home -> token(home, Files.readString(home.token(ServiceName.PIPECAT)))),
                of(
                        "openclaw",
                        "openclaw.token is not a valid token",
                        home -> token(home, Files.readString(home.operatorToken()))));
    }

    private static Arguments of(String service, String cause, Damage damage) {
        return Arguments.of(service, cause, damage);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("damages")
    void isRefusedWithItsNameAndCure(String service, String cause, Damage damage) throws Exception {
        TestHome home = TestHome.install(folder, Map.of());
        AllInOneIT.start(home, Clock.system(), List.of(EvaOsModule.DEFINITION)).close();

        damage.to(home.home());

        RefusedStartsIT.refused(RefusedStartsIT.start(home.home().root(), service), KEYS, cause, ": ");
    }

    private static void write(Path file, byte[] content) throws IOException {
        SecretFile.write(file, content);
    }

    private static void otherRoot(Home home) throws IOException {
        byte[] root = Files.readAllBytes(home.rootKey());
        root[0] ^= 1;
        write(home.rootKey(), root);
    }

    private static void open(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    }

    private static void token(Home home, String text) throws IOException {
        write(home.token(SERVICE), text.getBytes(StandardCharsets.US_ASCII));
    }

    /** A token of the right form that nobody has issued. */
    private static String made() {
        return Credential.issue(Credential.Kind.SERVICE, new Ids(new SecureRandom()))
                .text();
    }

    private static PrivateKey ownKey(Home home) {
        return KeyMaterial.load(home).signingKey();
    }

    private static void sign(Home home, Duration age, PrivateKey key) throws IOException {
        VerifierSet set = Shape.of(VerifierSet.class).read(Json.parseObject(Files.readAllBytes(home.verifiers())));
        write(
                home.verifiers(),
                Json.bytes(VerifierSet.sign(
                        set.generation(), Instant.now().minus(age), set.principals(), set.keyId(), key)));
    }

    private static void foreignPublicKey(Home home) throws IOException {
        KeyPair foreign = Ed25519.newKeyPair();
        String body =
                java.util.Base64.getEncoder().encodeToString(foreign.getPublic().getEncoded());
        String pem = "-----BEGIN PUBLIC KEY-----\n" + body + "\n-----END PUBLIC KEY-----\n";
        write(home.publicKey(), pem.getBytes(StandardCharsets.US_ASCII));
    }
}
