package io.sonia.kernel.http;

import io.sonia.kernel.Threads;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jetty.io.AbstractEndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;

/**
 * Notices that a caller hangs up while its request is at work. The engine reads nothing of a connection between a
 * request and its answer, so this reads in its place: the end, or a byte of a request sent too early (RFC 9112 section
 * 9.3.2), after which the connection is not used again.
 */
final class HttpServerWatch implements Callback, Exchange.Watch {

    private final AbstractEndPoint connection;
    private final Runnable whenGone;
    private final Runnable whenEarly;
    private final ReentrantLock lock = new ReentrantLock();
    private boolean over;

    private HttpServerWatch(AbstractEndPoint connection, Runnable whenGone, Runnable whenEarly) {
        this.connection = connection;
        this.whenGone = whenGone;
        this.whenEarly = whenEarly;
    }

    /**
     * Begins to watch a connection whose request was read to its end.
     *
     * @param whenEarly called when a byte of another request was read and is lost
     */
    static HttpServerWatch start(AbstractEndPoint connection, Runnable whenGone, Runnable whenEarly) {
        HttpServerWatch watch = new HttpServerWatch(connection, whenGone, whenEarly);
        watch.look();
        return watch;
    }

    private void look() {
        lock.lock();
        try {
            over |= !over && !connection.tryFillInterested(this);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void succeeded() {
        lock.lock();
        try {
            if (over) {
                return;
            }
            ByteBuffer one = BufferUtil.allocate(1);
            int read = connection.fill(one);
            if (read == 0) {
                look();
                return;
            }
            over = true;
            if (read > 0) {
                whenEarly.run();
            } else {
                Threads.virtual("caller gone", whenGone);
            }
        } catch (IOException reset) {
            over = true;
            Threads.virtual("caller gone", whenGone);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void failed(Throwable cause) {
        lock.lock();
        try {
            if (over) {
                return;
            }
            if (cause instanceof TimeoutException) {
                look(); // a quiet connection is no closed one
            } else {
                over = true;
                Threads.virtual("caller gone", whenGone);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (!over) {
                over = true;
                connection.getFillInterest().onFail(new CancellationException("no longer watched"));
            }
        } finally {
            lock.unlock();
        }
    }
}
