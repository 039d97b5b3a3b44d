package io.sonia.openclaw.tools;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Text in a part of a file, whose ends may cut through a character. */
final class PartialText {

    private PartialText() {}

    /**
     * Decodes strictly, leaving out the rest of a character that a cut end belongs to.
     *
     * @throws CharacterCodingException if the bytes are not UTF-8
     */
    static String decode(byte[] bytes, boolean cutBefore, boolean cutAfter) throws CharacterCodingException {
        int from = 0;
        while (cutBefore && from < Math.min(3, bytes.length) && continues(bytes[from])) {
            from++;
        }
        int to = cutAfter ? wholeUntil(bytes, from) : bytes.length;
        return StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)
                .decode(ByteBuffer.wrap(bytes, from, to - from))
                .toString();
    }

    /** The end of the last character that is there in full. */
    private static int wholeUntil(byte[] bytes, int from) {
        for (int back = 1; back <= 3 && bytes.length - back >= from; back++) {
            int lead = bytes[bytes.length - back] & 0xff;
            if (lead >= 0xc0) {
                int length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
                return length > back ? bytes.length - back : bytes.length;
            }
            if (lead < 0x80) {
                return bytes.length;
            }
        }
        return bytes.length;
    }

    private static boolean continues(byte b) {
        return (b & 0xc0) == 0x80;
    }
}
