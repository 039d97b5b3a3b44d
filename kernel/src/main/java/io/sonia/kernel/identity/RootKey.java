package io.sonia.kernel.identity;

import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SecretFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** The root secret of an installation: seals its private keys (AES-256-GCM, NIST SP 800-38D) and yields keys for uses. */
record RootKey(byte[] bytes) {

    static final String CURE = "restore it from a backup, or move the secrets folder away for a new installation";

    private static final int ROOT_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    static RootKey make(Ids ids) {
        return new RootKey(ids.bytes(ROOT_BYTES));
    }

    /** @throws io.sonia.kernel.SoniaException AUTH_UNAVAILABLE if the file cannot be used */
    static RootKey read(Home home) {
        byte[] root = SecretFile.read(home.rootKey(), CURE);
        if (root.length != ROOT_BYTES) {
            String wrong = "holds %d bytes instead of %d".formatted(root.length, ROOT_BYTES);
            throw SecretFile.refused(home.rootKey(), wrong, CURE);
        }
        return new RootKey(root);
    }

    /** Writes a private key so that only this root key opens it, and only for the same purpose. */
    void seal(Path file, String purpose, PrivateKey key, Ids ids) throws IOException {
        try {
            byte[] nonce = ids.bytes(NONCE_BYTES);
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, purpose, nonce).doFinal(key.getEncoded());
            byte[] content = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
            System.arraycopy(sealed, 0, content, NONCE_BYTES, sealed.length);
            SecretFile.write(file, content);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES-GCM", e);
        }
    }

    /** @throws io.sonia.kernel.SoniaException AUTH_UNAVAILABLE if the file cannot be used */
    PrivateKey open(Path file, String purpose) {
        byte[] content = SecretFile.read(file, CURE);
        try {
            byte[] nonce = Arrays.copyOf(content, NONCE_BYTES);
            int sealed = Math.max(0, content.length - NONCE_BYTES);
            return Ed25519.privateKey(
                    cipher(Cipher.DECRYPT_MODE, purpose, nonce).doFinal(content, content.length - sealed, sealed));
        } catch (GeneralSecurityException e) {
            throw SecretFile.refused(file, "does not open with root.key", CURE);
        }
    }

    /** A key of 32 bytes for one purpose (HMAC-SHA-256). */
    byte[] derived(String purpose) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(bytes, "HmacSHA256"));
            return mac.doFinal(purpose.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }

    private Cipher cipher(int mode, String purpose, byte[] nonce) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(bytes, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(purpose.getBytes(StandardCharsets.US_ASCII));
        return cipher;
    }
}
