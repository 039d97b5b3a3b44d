package io.sonia.kernel.identity;

import java.security.PublicKey;
import java.util.Optional;

/**
 * The public Ed25519 key of somebody who signs notes, under a name (C2SP signed-note).
 *
 * @param name without spaces and plus signs
 */
public record NoteKey(String name, PublicKey key) {

    private static final byte ED25519 = 1;

    /** The 32 bytes of RFC 8032. */
    byte[] bytes() {
        return form().bytes();
    }

    /** The first 4 bytes of the hash over name and key: with the name they tell which key has signed. */
    public byte[] hash() {
        return form().hash();
    }

    /** The hash as hex: names a key within an installation. */
    public String id() {
        return form().id();
    }

    /** The key as C2SP writes a verifier key: name, hash, and the algorithm with the key in base64. */
    public String text() {
        return form().text();
    }

    /** The same key under another name. */
    public NoteKey named(String other) {
        return new NoteKey(other, key);
    }

    /** Reads a verifier key; empty if it is none, or of an algorithm that is not Ed25519. */
    public static Optional<NoteKey> parse(String text) {
        return VerifierKey.parse(text, ED25519).map(form -> new NoteKey(form.name(), form.key()));
    }

    private VerifierKey form() {
        return new VerifierKey(name, ED25519, key);
    }
}
