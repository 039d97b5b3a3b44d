package io.sonia.kernel.identity;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.Optional;

/**
 * A text with signatures under it (C2SP signed-note).
 *
 * @param text ends with a line feed; this is what is signed
 * @param signatures the lines below it, each with a line feed
 */
public record SignedNote(String text, String signatures) {

    /** Bytes of the largest note that is read. */
    public static final int MAX_BYTES = 64 * 1024;

    private static final String DASH = "\u2014 ";
    private static final int MAX_SIGNATURES = 64;

    /** Signs a text, which ends with a line feed. */
    public static SignedNote sign(String text, NoteKey key, PrivateKey signingKey) {
        byte[] signature = Ed25519.sign(signingKey, text.getBytes(StandardCharsets.UTF_8));
        byte[] keyed = ByteBuffer.allocate(Integer.BYTES + signature.length)
                .put(key.hash())
                .put(signature)
                .array();
        return new SignedNote(text, line(key.name(), keyed));
    }

    /** Reads a note without checking it; empty if it is none. */
    public static Optional<SignedNote> parse(String note) {
        int blank = note.lastIndexOf("\n\n");
        if (blank < 0 || !note.endsWith("\n") || note.length() > MAX_BYTES) {
            return Optional.empty();
        }
        String signatures = note.substring(blank + 2);
        long lines = signatures.lines().count();
        boolean formed =
                lines > 0 && lines <= MAX_SIGNATURES && signatures.lines().allMatch(line -> line.startsWith(DASH));
        return formed ? Optional.of(new SignedNote(note.substring(0, blank + 1), signatures)) : Optional.empty();
    }

    /** The key that has signed, if one of these has. A signature by one of them that is wrong makes the note void. */
    public Optional<NoteKey> signer(Collection<NoteKey> keys) {
        Optional<NoteKey> signer = Optional.empty();
        for (String line : signatures.lines().toList()) {
            for (NoteKey key : keys) {
                byte[] signature = signatureOf(key, line);
                if (signature.length == 0) {
                    continue;
                }
                if (!Ed25519.verify(key.key(), text.getBytes(StandardCharsets.UTF_8), signature)) {
                    return Optional.empty();
                }
                signer = Optional.of(key);
            }
        }
        return signer;
    }

    /** The whole note. */
    @Override
    public String toString() {
        return text + "\n" + signatures;
    }

    /** The signature in a line that names this key, or nothing. */
    private static byte[] signatureOf(NoteKey key, String line) {
        String head = DASH + key.name() + " ";
        if (!line.startsWith(head)) {
            return new byte[0];
        }
        try {
            byte[] keyed = Base64.getDecoder().decode(line.substring(head.length()));
            return keyed.length > Integer.BYTES && Arrays.equals(Arrays.copyOf(keyed, Integer.BYTES), key.hash())
                    ? Arrays.copyOfRange(keyed, Integer.BYTES, keyed.length)
                    : new byte[0];
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    private static String line(String name, byte[] keyed) {
        return DASH + name + " " + Base64.getEncoder().encodeToString(keyed) + "\n";
    }
}
