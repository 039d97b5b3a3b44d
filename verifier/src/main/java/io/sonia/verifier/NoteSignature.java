package io.sonia.verifier;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One signature line of a C2SP signed note.
 *
 * @param keyId eight hex digits
 * @param bytes what stands after the key id
 */
record NoteSignature(String name, String keyId, byte[] bytes) {

    private static final Pattern LINE = Pattern.compile("\u2014 ([^\\s\\p{Z}\\p{Cntrl}+]{1,255}) ([A-Za-z0-9+/=]+)");

    /** @param line without its line feed */
    static NoteSignature parse(String line) {
        Matcher matcher = LINE.matcher(line);
        byte[] data = matcher.matches() ? Base64Text.decode(matcher.group(2)) : null;
        if (data == null || data.length <= VerifierKey.ID_BYTES) {
            throw Refusal.of(Reason.MALFORMED, "a line is no signature");
        }
        return new NoteSignature(
                matcher.group(1),
                HexFormat.of().formatHex(data, 0, VerifierKey.ID_BYTES),
                Arrays.copyOfRange(data, VerifierKey.ID_BYTES, data.length));
    }
}
