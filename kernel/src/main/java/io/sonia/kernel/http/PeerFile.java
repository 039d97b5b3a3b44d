package io.sonia.kernel.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** A file that another service is sending. */
public final class PeerFile implements AutoCloseable {

    private final InputStream body;
    private final Runnable disconnect;

    PeerFile(InputStream body, Runnable disconnect) {
        this.body = body;
        this.disconnect = disconnect;
    }

    /**
     * Copies it to its end.
     *
     * @throws IOException if it does not come whole, or cannot be written
     */
    public void copyTo(OutputStream to) throws IOException {
        body.transferTo(to);
    }

    /** Tells the sender that nobody reads any more. */
    @Override
    public void close() {
        disconnect.run();
    }
}
