package io.sonia.kernel.identity;

import io.sonia.kernel.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A key as C2SP signed-note writes it: name, hash, and in base64 the algorithm with the key.
 *
 * @param algorithm what the key signs
 */
record VerifierKey(String name, byte algorithm, PublicKey key) {

    private static final int KEY_BYTES = 32;

    /** What stands before the 32 bytes of RFC 8032 in the X.509 form of a key. */
    private static final byte[] X509_HEAD = HexFormat.of().parseHex("302a300506032b6570032100");

    /** Reads a key of this algorithm; empty if it is none. */
    static Optional<VerifierKey> parse(String text, byte algorithm) {
        String[] parts = text.split("\\+", 3);
        if (parts.length != 3 || parts[0].isEmpty() || parts[0].contains(" ")) {
            return Optional.empty();
        }
        try {
            byte[] keyed = Base64.getDecoder().decode(parts[2]);
            if (keyed.length != 1 + KEY_BYTES || keyed[0] != algorithm) {
                return Optional.empty();
            }
            byte[] x509 = Arrays.copyOf(X509_HEAD, X509_HEAD.length + KEY_BYTES);
            System.arraycopy(keyed, 1, x509, X509_HEAD.length, KEY_BYTES);
            VerifierKey key = new VerifierKey(parts[0], algorithm, Ed25519.publicKey(x509));
            return key.id().equals(parts[1]) ? Optional.of(key) : Optional.empty();
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The 32 bytes of RFC 8032. */
    byte[] bytes() {
        byte[] x509 = key.getEncoded();
        return Arrays.copyOfRange(x509, x509.length - KEY_BYTES, x509.length);
    }

    /** The first 4 bytes of the hash over name and key: with the name they tell which key has signed. */
    byte[] hash() {
        byte[] label = (name + "\n").getBytes(StandardCharsets.UTF_8);
        byte[] input = ByteBuffer.allocate(label.length + 1 + KEY_BYTES)
                .put(label)
                .put(keyed())
                .array();
        return Arrays.copyOf(Sha256.digest(input), Integer.BYTES);
    }

    String id() {
        return HexFormat.of().formatHex(hash());
    }

    String text() {
        return name + "+" + id() + "+" + Base64.getEncoder().encodeToString(keyed());
    }

    private byte[] keyed() {
        return ByteBuffer.allocate(1 + KEY_BYTES).put(algorithm).put(bytes()).array();
    }
}
