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
 * The public Ed25519 key of somebody who signs notes, under a name (C2SP signed-note).
 *
 * @param name without spaces and plus signs
 */
public record NoteKey(String name, PublicKey key) {

    private static final byte ED25519 = 1;
    private static final int KEY_BYTES = 32;

    /** What stands before the 32 bytes of such a key in its X.509 form. */
    private static final byte[] X509_HEAD = HexFormat.of().parseHex("302a300506032b6570032100");

    /** The 32 bytes of RFC 8032. */
    public byte[] bytes() {
        byte[] x509 = key.getEncoded();
        return Arrays.copyOfRange(x509, x509.length - KEY_BYTES, x509.length);
    }

    /** The first 4 bytes of the hash over name and key: with the name they tell which key has signed. */
    public byte[] hash() {
        ByteBuffer input = ByteBuffer.allocate(name.length() * 4 + 2 + KEY_BYTES);
        input.put(name.getBytes(StandardCharsets.UTF_8))
                .put((byte) '\n')
                .put(ED25519)
                .put(bytes());
        return Arrays.copyOf(Sha256.digest(Arrays.copyOf(input.array(), input.position())), Integer.BYTES);
    }

    /** The hash as hex: names a key within an installation. */
    public String id() {
        return HexFormat.of().formatHex(hash());
    }

    /** The key as C2SP writes a verifier key: name, hash, and the algorithm with the key in base64. */
    public String text() {
        byte[] keyed =
                ByteBuffer.allocate(1 + KEY_BYTES).put(ED25519).put(bytes()).array();
        return name + "+" + id() + "+" + Base64.getEncoder().encodeToString(keyed);
    }

    /** The same key under another name. */
    public NoteKey named(String other) {
        return new NoteKey(other, key);
    }

    /** Reads a verifier key; empty if it is none, or of an algorithm that is not Ed25519. */
    public static Optional<NoteKey> parse(String text) {
        String[] parts = text.split("\\+", 3);
        if (parts.length != 3 || parts[0].isEmpty() || parts[0].contains(" ")) {
            return Optional.empty();
        }
        try {
            byte[] keyed = Base64.getDecoder().decode(parts[2]);
            if (keyed.length != 1 + KEY_BYTES || keyed[0] != ED25519) {
                return Optional.empty();
            }
            byte[] x509 = Arrays.copyOf(X509_HEAD, X509_HEAD.length + KEY_BYTES);
            System.arraycopy(keyed, 1, x509, X509_HEAD.length, KEY_BYTES);
            NoteKey key = new NoteKey(parts[0], Ed25519.publicKey(x509));
            return key.id().equals(parts[1]) ? Optional.of(key) : Optional.empty();
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
