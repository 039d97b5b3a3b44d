package io.sonia.openclaw.shell;

import io.sonia.kernel.Threads;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Reads a program's output to its end, so that the program never blocks on it, and keeps the first part. */
public final class CappedOutput {

    private final InputStream in;
    private final int cap;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private final Thread reader;
    private boolean truncated;

    private CappedOutput(InputStream in, int cap) {
        this.in = in;
        this.cap = cap;
        this.reader = Threads.virtual("command output", this::read);
    }

    static CappedOutput of(InputStream in, int cap) {
        return new CappedOutput(in, cap);
    }

    /** Waits for the end of the output, which comes when the last process that could write has ended; false if not. */
    boolean ended(Duration time) throws InterruptedException {
        return reader.join(time);
    }

    /** Waits for the end of the output; after that nothing more is kept. */
    void finish(Duration time) throws InterruptedException {
        if (!reader.join(time)) {
            try {
                in.close();
            } catch (IOException ignored) {
                // The pipe belongs to a process that is out of reach; what was read is all there is.
            }
        }
    }

    synchronized String text() {
        return kept.toString(StandardCharsets.UTF_8);
    }

    synchronized byte[] bytes() {
        return kept.toByteArray();
    }

    synchronized boolean truncated() {
        return truncated;
    }

    private void read() {
        byte[] buffer = new byte[16 * 1024];
        try {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                keep(buffer, read);
            }
        } catch (IOException closed) {
            // The program was ended; its output ends here too.
        }
    }

    private synchronized void keep(byte[] buffer, int length) {
        int fits = Math.min(length, cap - kept.size());
        kept.write(buffer, 0, fits);
        truncated |= fits < length;
    }
}
