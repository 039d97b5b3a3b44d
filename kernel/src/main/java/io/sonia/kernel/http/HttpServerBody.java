package io.sonia.kernel.http;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Content;

/** Reads the body of a request as it comes, for a bounded time. */
final class HttpServerBody {

    private final Content.Source source;
    private final Deadline until;
    private final Runnable whenSlow;
    private boolean slow;

    HttpServerBody(Content.Source source, Deadline until, Runnable whenSlow) {
        this.source = source;
        this.until = until;
        this.whenSlow = whenSlow;
    }

    byte[] read(int most) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        boolean last = false;
        while (!last && body.size() < most) {
            Content.Chunk chunk = source.read();
            if (chunk == null) {
                await();
            } else if (Content.Chunk.isFailure(chunk)) {
                throw new IOException(chunk.getFailure());
            } else {
                last = chunk.isLast();
                add(chunk.getByteBuffer(), most, body);
                chunk.release();
            }
        }
        return body.toByteArray();
    }

    private static void add(ByteBuffer from, int most, ByteArrayOutputStream body) {
        byte[] piece = new byte[Math.min(from.remaining(), most - body.size())];
        from.get(piece);
        body.writeBytes(piece);
    }

    private void await() {
        if (!slow) {
            slow = true;
            whenSlow.run();
        }
        CountDownLatch ready = new CountDownLatch(1);
        source.demand(ready::countDown);
        try {
            if (!ready.await(until.left().toNanos(), TimeUnit.NANOSECONDS)) {
                throw SoniaException.of(ErrorCode.TIMEOUT, "The body did not come in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SoniaException.of(ErrorCode.UNAVAILABLE);
        }
    }
}
