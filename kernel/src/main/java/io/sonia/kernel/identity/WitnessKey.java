package io.sonia.kernel.identity;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/**
 * The public Ed25519 key of a witness, which signs notes of others together with the time (C2SP tlog-cosignature).
 *
 * @param name without spaces and plus signs
 */
public record WitnessKey(String name, PublicKey key) {

    private static final byte COSIGNATURE_V1 = 4;
    private static final int SIGNATURE_BYTES = 64;
    private static final int LINE_BYTES = Integer.BYTES + Long.BYTES + SIGNATURE_BYTES;
    private static final String DASH = "\u2014 ";

    /** Reads a verifier key; empty if it is none, or not that of a witness with Ed25519. */
    public static Optional<WitnessKey> parse(String text) {
        return VerifierKey.parse(text, COSIGNATURE_V1).map(form -> new WitnessKey(form.name(), form.key()));
    }

    /** When this witness has signed the note, if it has, by any of its lines. */
    public Optional<Instant> cosigned(SignedNote note) {
        return note.signatures()
                .lines()
                .flatMap(line -> signedAt(line, note.text()).stream())
                .findFirst();
    }

    private Optional<Instant> signedAt(String line, String text) {
        String head = DASH + name + " ";
        if (!line.startsWith(head)) {
            return Optional.empty();
        }
        try {
            byte[] signed = Base64.getDecoder().decode(line.substring(head.length()));
            if (signed.length != LINE_BYTES || !Arrays.equals(Arrays.copyOf(signed, Integer.BYTES), hash())) {
                return Optional.empty();
            }
            long time = ByteBuffer.wrap(signed).getLong(Integer.BYTES);
            byte[] message = message(time, text).getBytes(StandardCharsets.UTF_8);
            byte[] signature = Arrays.copyOfRange(signed, LINE_BYTES - SIGNATURE_BYTES, LINE_BYTES);
            return Ed25519.verify(key, message, signature)
                    ? Optional.of(Instant.ofEpochSecond(time))
                    : Optional.empty();
        } catch (IllegalArgumentException | DateTimeException e) {
            return Optional.empty();
        }
    }

    /** What a witness signs of a note at a time, in seconds since 1970. */
    public static String message(long time, String text) {
        return "cosignature/v1\ntime " + time + "\n" + text;
    }

    /** The first 4 bytes of the hash over name and key: with the name they tell which key has signed. */
    public byte[] hash() {
        return form().hash();
    }

    /** The key as C2SP writes a verifier key. */
    public String text() {
        return form().text();
    }

    private VerifierKey form() {
        return new VerifierKey(name, COSIGNATURE_V1, key);
    }
}
