package io.sonia.verifier;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.ZipException;

/** The bytes of a file that must have exactly the size that was announced for it. */
final class ExactStream extends FilterInputStream {

    private long left;

    ExactStream(InputStream in, long size) {
        super(in);
        this.left = size;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int read;
        try {
            read = super.read(bytes, offset, length);
        } catch (ZipException | EOFException e) {
            throw Refusal.of(Reason.FILE_MISMATCH, "a file of the archive is damaged");
        }
        left -= Math.max(read, 0);
        if (left < 0 || (read < 0 && left > 0)) {
            throw Refusal.of(Reason.FILE_MISMATCH, "a file does not have the size that the archive says");
        }
        return read;
    }
}
