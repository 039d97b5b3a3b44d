package io.sonia.kernel.identity;

import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SecretFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The keys of one installation: a root secret, and the Ed25519 pair with which EVA-OS signs grants and verifier sets. On
 * disk the private key is sealed (AES-256-GCM, NIST SP 800-38D) with the root secret; the public key is pinned as PEM.
 */
public record KeyMaterial(PrivateKey signingKey, PublicKey publicKey, String keyId) {

    private static final int ROOT_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final byte[] PURPOSE = "sonia eva-os signing key".getBytes(StandardCharsets.US_ASCII);
    private static final String PEM_HEAD = "-----BEGIN PUBLIC KEY-----";
    private static final String PEM_TAIL = "-----END PUBLIC KEY-----";
    private static final String CURE =
            "restore it from a backup, or move the secrets folder away for a new installation";

    /** Makes fresh keys; the root key, without which the others are worth nothing, is written last. */
    public static void create(Home home, Ids ids) throws IOException {
        byte[] root = ids.bytes(ROOT_BYTES);
        KeyPair pair = Ed25519.newKeyPair();
        SecretFile.write(home.rootKey(), root);
        SecretFile.write(
                home.signingKey(),
                seal(root, ids.bytes(NONCE_BYTES), pair.getPrivate().getEncoded()));
        SecretFile.write(home.publicKey(), pem(pair.getPublic()).getBytes(StandardCharsets.US_ASCII));
        SecretFile.write(home.rootKey(), root);
    }

    /**
     * Reads the keys EVA-OS needs.
     *
     * @throws io.sonia.kernel.SoniaException AUTH_UNAVAILABLE naming the file that is missing, malformed, readable by
     *     others or no part of this set, and the cure
     */
    public static KeyMaterial load(Home home) {
        byte[] root = rootKey(home);
        PublicKey publicKey = publicKey(home);
        Path file = home.signingKey();
        try {
            PrivateKey signingKey = Ed25519.privateKey(open(root, SecretFile.read(file, CURE)));
            if (!Ed25519.verify(publicKey, PURPOSE, Ed25519.sign(signingKey, PURPOSE))) {
                throw SecretFile.refused(home.publicKey(), "does not belong to " + file.getFileName(), CURE);
            }
            return new KeyMaterial(signingKey, publicKey, Ed25519.keyId(publicKey));
        } catch (GeneralSecurityException e) {
            throw SecretFile.refused(file, "does not open with root.key", CURE);
        }
    }

    /** Reads EVA-OS's pinned public key, with which every service checks verifier sets and grants. */
    public static PublicKey publicKey(Home home) {
        Path file = home.publicKey();
        String text = new String(SecretFile.read(file, CURE), StandardCharsets.US_ASCII).strip();
        try {
            if (text.startsWith(PEM_HEAD) && text.endsWith(PEM_TAIL)) {
                String body = text.substring(PEM_HEAD.length(), text.length() - PEM_TAIL.length());
                return Ed25519.publicKey(Base64.getMimeDecoder().decode(body));
            }
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw SecretFile.refused(file, "holds no Ed25519 public key", CURE);
        }
        throw SecretFile.refused(file, "is not in PEM form", CURE);
    }

    /** A key of 32 bytes for one purpose, drawn from the root secret (HMAC-SHA-256); the same for every service. */
    public static byte[] derived(Home home, String purpose) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(rootKey(home), "HmacSHA256"));
            return mac.doFinal(purpose.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }

    private static byte[] rootKey(Home home) {
        byte[] root = SecretFile.read(home.rootKey(), CURE);
        if (root.length != ROOT_BYTES) {
            String wrong = "holds %d bytes instead of %d".formatted(root.length, ROOT_BYTES);
            throw SecretFile.refused(home.rootKey(), wrong, CURE);
        }
        return root;
    }

    private static byte[] seal(byte[] root, byte[] nonce, byte[] plain) {
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, root, nonce).doFinal(plain);
            byte[] file = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
            System.arraycopy(sealed, 0, file, NONCE_BYTES, sealed.length);
            return file;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES-GCM", e);
        }
    }

    private static byte[] open(byte[] root, byte[] file) throws GeneralSecurityException {
        byte[] nonce = Arrays.copyOf(file, NONCE_BYTES);
        int sealed = Math.max(0, file.length - NONCE_BYTES);
        return cipher(Cipher.DECRYPT_MODE, root, nonce).doFinal(file, file.length - sealed, sealed);
    }

    private static Cipher cipher(int mode, byte[] root, byte[] nonce) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(root, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(PURPOSE);
        return cipher;
    }

    private static String pem(PublicKey key) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded());
        return PEM_HEAD + "\n" + body + "\n" + PEM_TAIL + "\n";
    }
}
