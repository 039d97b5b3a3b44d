package io.sonia.verifier;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A public key with the name under which it signs, in the text form of C2SP signed notes.
 *
 * @param id eight hex digits
 * @param type what its signatures are: {@link #NOTE} or {@link #COSIGNATURE}
 * @param key 32 bytes
 */
record VerifierKey(String name, String id, int type, byte[] key) {

    /** Ed25519 over the text. */
    static final int NOTE = 0x01;

    /** Ed25519 over a time and the text (cosignature/v1). */
    static final int COSIGNATURE = 0x04;

    static final int ID_BYTES = 4;

    private static final Pattern TEXT =
            Pattern.compile("([^\\s\\p{Z}\\p{Cntrl}+]{1,255})\\+([0-9a-f]{8})\\+([A-Za-z0-9+/=]{1,100})");

    static VerifierKey parse(String line) {
        Matcher matcher = TEXT.matcher(line);
        byte[] data = matcher.matches() ? Base64Text.decode(matcher.group(3)) : null;
        if (data == null || data.length != 1 + Ed25519.KEY_BYTES) {
            throw Refusal.of(Reason.UNKNOWN_FORMAT, "a line is no verifier key");
        }
        if (data[0] != NOTE && data[0] != COSIGNATURE) {
            throw Refusal.of(Reason.UNKNOWN_FORMAT, "a key of an unknown type");
        }
        VerifierKey key =
                new VerifierKey(matcher.group(1), matcher.group(2), data[0], Arrays.copyOfRange(data, 1, data.length));
        if (!key.id().equals(key.derivedId())) {
            throw Refusal.of(Reason.UNKNOWN_FORMAT, "a key does not have its key id");
        }
        return key;
    }

    boolean signedAs(NoteSignature signature) {
        return name.equals(signature.name()) && id.equals(signature.keyId());
    }

    private String derivedId() {
        MessageDigest digest = Merkle.sha256();
        digest.update((name + "\n").getBytes(StandardCharsets.UTF_8));
        digest.update((byte) type);
        return HexFormat.of().formatHex(digest.digest(key), 0, ID_BYTES);
    }
}
