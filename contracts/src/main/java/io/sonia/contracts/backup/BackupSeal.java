package io.sonia.contracts.backup;

import io.sonia.kernel.Ids;
import io.sonia.kernel.json.Text;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * What keys are sealed with: PBKDF2 over HMAC-SHA-512 (RFC 8018) of a passphrase, 600,000 rounds. The passphrase itself
 * never leaves whoever knows it, so that no record of a request, not even a digest, makes it easier to guess.
 *
 * @param salt 16 bytes in base64
 * @param key 32 bytes in base64
 */
public record BackupSeal(
        @Text(min = 24, max = 24) String salt,
        @Text(min = 44, max = 44) String key) {

    static final int SALT_BYTES = 16;
    static final int KEY_BYTES = 32;

    private static final int ROUNDS = 600_000;

    /** A seal with a new salt. */
    public static BackupSeal of(String passphrase, Ids ids) {
        return of(passphrase, ids.bytes(SALT_BYTES));
    }

    static BackupSeal of(String passphrase, byte[] salt) {
        try {
            byte[] key = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512")
                    .generateSecret(new PBEKeySpec(passphrase.toCharArray(), salt, ROUNDS, KEY_BYTES * Byte.SIZE))
                    .getEncoded();
            return new BackupSeal(
                    Base64.getEncoder().encodeToString(salt),
                    Base64.getEncoder().encodeToString(key));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has PBKDF2", e);
        }
    }
}
