package io.sonia.contracts.backup;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SecretFile;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secrets of an installation under a {@link BackupSeal}: AES-256-GCM (NIST SP 800-38D), bound to their backup. Bytes:
 * salt 16, nonce 12, ciphertext with tag.
 */
final class SealedSecrets {

    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int MOST_FILES = 1_000;
    private static final String LEFT_OUT = ".new";

    private SealedSecrets() {}

    /**
     * All files of the folder, sealed.
     *
     * @throws SoniaException INVALID_ARGUMENT if the seal is none
     */
    static byte[] seal(Path folder, BackupSeal seal, String backupId, Ids ids) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).limit(MOST_FILES).toList()) {
                if (!file.toString().endsWith(LEFT_OUT)) {
                    files.put(
                            folder.relativize(file).toString(),
                            Base64.getEncoder().encodeToString(Files.readAllBytes(file)));
                }
            }
        }
        byte[] salt = decoded(seal.salt(), BackupSeal.SALT_BYTES);
        byte[] key = decoded(seal.key(), BackupSeal.KEY_BYTES);
        byte[] nonce = ids.bytes(NONCE_BYTES);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, key, nonce, backupId).doFinal(Json.bytes(files));
            return ByteBuffer.allocate(salt.length + nonce.length + sealed.length)
                    .put(salt)
                    .put(nonce)
                    .put(sealed)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES-GCM", e);
        }
    }

    /**
     * What is sealed, by path below the folder of secrets.
     *
     * @throws SoniaException INTEGRITY_FAILED if the passphrase is not the one, or the bytes are not what was sealed
     */
    static Map<String, byte[]> open(byte[] sealed, String passphrase, String backupId) {
        if (sealed.length <= BackupSeal.SALT_BYTES + NONCE_BYTES) {
            throw refused();
        }
        ByteBuffer in = ByteBuffer.wrap(sealed);
        byte[] salt = new byte[BackupSeal.SALT_BYTES];
        byte[] nonce = new byte[NONCE_BYTES];
        in.get(salt).get(nonce);
        byte[] rest = new byte[in.remaining()];
        in.get(rest);
        byte[] key = decoded(BackupSeal.of(passphrase, salt).key(), BackupSeal.KEY_BYTES);
        try {
            byte[] json = cipher(Cipher.DECRYPT_MODE, key, nonce, backupId).doFinal(rest);
            Map<String, byte[]> files = new TreeMap<>();
            Json.parseObject(json)
                    .forEach((path, content) ->
                            files.put(path, Base64.getDecoder().decode(String.valueOf(content))));
            return files;
        } catch (GeneralSecurityException e) {
            throw refused();
        }
    }

    /** Writes what was sealed below a folder that holds none of it; a path that leads elsewhere is refused. */
    static void write(Map<String, byte[]> files, Path folder) throws IOException {
        for (String path : files.keySet()) {
            if (List.of(path.split("/", -1)).stream().anyMatch(part -> !part.matches("[A-Za-z0-9_-][A-Za-z0-9._-]*"))) {
                throw refused();
            }
        }
        for (Map.Entry<String, byte[]> each : files.entrySet()) {
            Path file = folder.resolve(each.getKey());
            SecretFile.createFolder(file.resolveSibling(""));
            SecretFile.write(file, each.getValue());
        }
    }

    private static SoniaException refused() {
        return SoniaException.of(ErrorCode.INTEGRITY_FAILED, "The sealed keys do not open with this passphrase");
    }

    private static byte[] decoded(String base64, int length) {
        try {
            byte[] bytes = Base64.getDecoder().decode(base64);
            if (bytes.length == length) {
                return bytes;
            }
        } catch (IllegalArgumentException notBase64) {
            // Refused below.
        }
        throw SoniaException.of(ErrorCode.INVALID_ARGUMENT, "The seal is not base64 of the right length");
    }

    private static Cipher cipher(int mode, byte[] key, byte[] nonce, String backupId) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(backupId.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
