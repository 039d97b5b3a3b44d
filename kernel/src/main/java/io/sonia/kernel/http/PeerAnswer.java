package io.sonia.kernel.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** What another service answered, as it came. */
public final class PeerAnswer implements AutoCloseable {

    private static final int PIECE = 16 * 1024;

    private final int status;
    private final String contentType;
    private final InputStream body;
    private final Runnable disconnect;

    PeerAnswer(int status, String contentType, InputStream body, Runnable disconnect) {
        this.status = status;
        this.contentType = contentType;
        this.body = body;
        this.disconnect = disconnect;
    }

    public int status() {
        return status;
    }

    public String contentType() {
        return contentType;
    }

    /** True if all of it is here already. */
    public boolean whole() {
        return contentType.startsWith(Headers.JSON);
    }

    public byte[] bytes() throws IOException {
        return body.readAllBytes();
    }

    /**
     * Passes it on piece by piece, each at once, to its end.
     *
     * @param most bytes to pass on
     * @throws IOException if it does not come whole, is larger, or cannot be written
     */
    public void copyTo(OutputStream to, long most) throws IOException {
        byte[] piece = new byte[PIECE];
        long copied = 0;
        for (int read = body.read(piece); read >= 0; read = body.read(piece)) {
            copied += read;
            if (copied > most) {
                throw new IOException("the answer is larger than " + most + " bytes");
            }
            to.write(piece, 0, read);
            to.flush();
        }
    }

    /** Tells the sender that nobody reads any more. */
    @Override
    public void close() {
        disconnect.run();
    }
}
