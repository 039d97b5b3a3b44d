package io.sonia.verifier;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;

/** Verification of Ed25519 signatures (RFC 8032) by keys of 32 bytes. */
final class Ed25519 {

    static final int KEY_BYTES = 32;
    static final int SIGNATURE_BYTES = 64;

    /** What X.509 writes before the 32 bytes (RFC 8410). */
    private static final String X509_PREFIX = "302a300506032b6570032100";

    private Ed25519() {}

    static boolean verify(byte[] key, byte[] message, byte[] signature) {
        try {
            byte[] encoded =
                    HexFormat.of().parseHex(X509_PREFIX + HexFormat.of().formatHex(key));
            PublicKey publicKey = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(publicKey);
            verifier.update(message);
            return signature.length == SIGNATURE_BYTES && verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            // Bytes that are no key or no signature, as every 32 or 64 bytes may be.
            return false;
        }
    }
}
