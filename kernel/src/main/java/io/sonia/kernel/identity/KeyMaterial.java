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
import java.util.Base64;

/**
 * The keys of one installation: a root secret, and the Ed25519 pair with which EVA-OS signs grants and verifier sets. On
 * disk the private key is sealed (AES-256-GCM, NIST SP 800-38D) with the root secret; the public key is pinned as PEM.
 */
public record KeyMaterial(PrivateKey signingKey, PublicKey publicKey, String keyId) {

    private static final String PURPOSE = "sonia eva-os signing key";
    private static final byte[] PROBE = PURPOSE.getBytes(StandardCharsets.US_ASCII);
    private static final String PEM_HEAD = "-----BEGIN PUBLIC KEY-----";
    private static final String PEM_TAIL = "-----END PUBLIC KEY-----";

    /** Makes fresh keys; the root key, without which the others are worth nothing, is written last. */
    public static void create(Home home, Ids ids) throws IOException {
        RootKey root = RootKey.make(ids);
        KeyPair pair = Ed25519.newKeyPair();
        root.seal(home.signingKey(), PURPOSE, pair.getPrivate(), ids);
        SecretFile.write(home.publicKey(), pem(pair.getPublic()).getBytes(StandardCharsets.US_ASCII));
        NotaryKeys.create(home, root, ids);
        SecretFile.write(home.rootKey(), root.bytes());
    }

    /**
     * Reads the keys EVA-OS needs.
     *
     * @throws io.sonia.kernel.SoniaException AUTH_UNAVAILABLE naming the file that is missing, malformed, readable by
     *     others or no part of this set, and the cure
     */
    public static KeyMaterial load(Home home) {
        RootKey root = RootKey.read(home);
        PublicKey publicKey = publicKey(home);
        PrivateKey signingKey = root.open(home.signingKey(), PURPOSE);
        if (!Ed25519.verify(publicKey, PROBE, Ed25519.sign(signingKey, PROBE))) {
            throw SecretFile.refused(
                    home.publicKey(), "does not belong to " + home.signingKey().getFileName(), RootKey.CURE);
        }
        return new KeyMaterial(signingKey, publicKey, Ed25519.keyId(publicKey));
    }

    /** Reads EVA-OS's pinned public key, with which every service checks verifier sets and grants. */
    public static PublicKey publicKey(Home home) {
        Path file = home.publicKey();
        String text = new String(SecretFile.read(file, RootKey.CURE), StandardCharsets.US_ASCII).strip();
        try {
            if (text.startsWith(PEM_HEAD) && text.endsWith(PEM_TAIL)) {
                String body = text.substring(PEM_HEAD.length(), text.length() - PEM_TAIL.length());
                return Ed25519.publicKey(Base64.getMimeDecoder().decode(body));
            }
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw SecretFile.refused(file, "holds no Ed25519 public key", RootKey.CURE);
        }
        throw SecretFile.refused(file, "is not in PEM form", RootKey.CURE);
    }

    /** A key of 32 bytes for one purpose, drawn from the root secret (HMAC-SHA-256); the same for every service. */
    public static byte[] derived(Home home, String purpose) {
        return RootKey.read(home).derived(purpose);
    }

    private static String pem(PublicKey key) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded());
        return PEM_HEAD + "\n" + body + "\n" + PEM_TAIL + "\n";
    }
}
