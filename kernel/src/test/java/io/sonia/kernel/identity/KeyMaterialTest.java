package io.sonia.kernel.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SecretFile;
import io.sonia.kernel.SoniaException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyMaterialTest {

    private static final byte[] MESSAGE = "message".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    private final Ids ids = new Ids(new SecureRandom());
    private Home home;

    @BeforeEach
    void keysExist() throws IOException {
        home = new Home(folder);
        SecretFile.createFolder(home.secrets());
        KeyMaterial.create(home, ids);
    }

    @Test
    void keysAreReadBackAsAPair() {
        KeyMaterial keys = KeyMaterial.load(home);

        byte[] signature = Ed25519.sign(keys.signingKey(), MESSAGE);

        assertThat(Ed25519.verify(KeyMaterial.publicKey(home), MESSAGE, signature))
                .isTrue();
        assertThat(keys.keyId()).isEqualTo(Ed25519.keyId(keys.publicKey()));
    }

    @Test
    void onlyTheOwnerMayReadThem() throws IOException {
        for (Path file : new Path[] {home.rootKey(), home.signingKey(), home.publicKey()}) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
        assertThat(Files.size(home.rootKey())).isEqualTo(32);
    }

    @Test
    void aFileReadableByOthersIsRefusedWithTheCure() throws IOException {
        Files.setPosixFilePermissions(home.rootKey(), PosixFilePermissions.fromString("rw-r-----"));

        refused("root.key", "chmod 600");
    }

    @Test
    void aMissingFileIsRefusedWithTheCure() throws IOException {
        Files.delete(home.signingKey());

        refused("eva-os.key is missing", "backup");
    }

    @Test
    void aShortRootKeyIsRefused() throws IOException {
        SecretFile.write(home.rootKey(), new byte[31]);

        refused("root.key holds 31 bytes instead of 32", "backup");
    }

    @Test
    void anotherRootKeyDoesNotOpenTheSigningKey() throws IOException {
        SecretFile.write(home.rootKey(), ids.bytes(32));

        refused("eva-os.key does not open with root.key", "backup");
    }

    @Test
    void anEmptySigningKeyIsRefused() throws IOException {
        SecretFile.write(home.signingKey(), new byte[0]);

        refused("eva-os.key does not open with root.key", "backup");
    }

    @Test
    void aForeignPublicKeyIsRefused() throws IOException {
        Home other = new Home(folder.resolve("other"));
        SecretFile.createFolder(other.secrets());
        KeyMaterial.create(other, ids);
        SecretFile.write(home.publicKey(), Files.readAllBytes(other.publicKey()));

        refused("eva-os.pub does not belong to eva-os.key", "backup");
    }

    @Test
    void aPublicKeyThatIsNotPemIsRefused() throws IOException {
        SecretFile.write(home.publicKey(), "no key".getBytes(StandardCharsets.US_ASCII));

        refused("eva-os.pub is not in PEM form", "backup");
    }

    @Test
    void aPublicKeyWithForeignBytesIsRefused() throws IOException {
        String pem = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";
        SecretFile.write(home.publicKey(), pem.getBytes(StandardCharsets.US_ASCII));

        refused("eva-os.pub holds no Ed25519 public key", "backup");
    }

    @Test
    void derivedKeysDifferByPurposeAndHome() throws IOException {
        Home other = new Home(folder.resolve("other"));
        SecretFile.createFolder(other.secrets());
        KeyMaterial.create(other, ids);

        byte[] cursor = KeyMaterial.derived(home, "cursor");

        assertThat(cursor).hasSize(32).isEqualTo(KeyMaterial.derived(home, "cursor"));
        assertThat(cursor).isNotEqualTo(KeyMaterial.derived(home, "else"));
        assertThat(cursor).isNotEqualTo(KeyMaterial.derived(other, "cursor"));
    }

    private void refused(String wrong, String cure) {
        assertThatThrownBy(() -> KeyMaterial.load(home))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.AUTH_UNAVAILABLE))
                .hasMessageContaining(wrong)
                .hasMessageContaining(cure);
    }
}
