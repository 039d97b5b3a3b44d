package io.sonia.verifier;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The lines of a stream, each of bounded length, and the digest of those that were read before the last one. */
final class Lines {

    static final int MAX_BYTES = 131_072;

    private final InputStream in;
    private final MessageDigest digest = Merkle.sha256();
    private final byte[] buffer = new byte[2 * MAX_BYTES];
    private int start;
    private int end;
    private int lastStart;

    Lines(InputStream in) {
        this.in = in;
    }

    /** The next line without its line feed, or null at the end of the stream. */
    byte @Nullable [] next() throws IOException {
        digest.update(buffer, lastStart, start - lastStart);
        lastStart = start;
        int scanned = start;
        while (true) {
            for (; scanned < end; scanned++) {
                if (buffer[scanned] == '\n') {
                    byte[] line = Arrays.copyOfRange(buffer, start, scanned);
                    start = scanned + 1;
                    requireLength(start - lastStart);
                    return line;
                }
            }
            requireLength(end - start + 1);
            scanned -= start;
            if (!fill()) {
                if (start == end) {
                    return null;
                }
                throw Refusal.of(Reason.TRUNCATED, "the last line has no end");
            }
            scanned += start;
        }
    }

    /** SHA-256 of everything before the line that was read last. */
    String digestBeforeLast() {
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void requireLength(int bytes) {
        if (bytes > MAX_BYTES) {
            throw Refusal.of(Reason.MALFORMED, "a line is longer than " + MAX_BYTES + " bytes");
        }
    }

    /** Makes room behind what is not consumed and reads more into it. */
    private boolean fill() throws IOException {
        System.arraycopy(buffer, start, buffer, 0, end - start);
        end -= start;
        start = 0;
        lastStart = 0;
        int read = in.read(buffer, end, buffer.length - end);
        end += Math.max(read, 0);
        return read >= 0;
    }
}
