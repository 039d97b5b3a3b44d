package io.sonia.kernel.http;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** Writes server-sent events to an answer, each flushed at once. */
final class SseWriter implements EventStream, AutoCloseable {

    private final OutputStream out;
    private final AnswerForm form;
    private final ReentrantLock lock = new ReentrantLock();
    private long last;
    private boolean ended;

    private SseWriter(OutputStream out, AnswerForm form) {
        this.out = out;
        this.form = form;
    }

    static SseWriter open(Exchange exchange, String correlationId, AnswerForm form) {
        Map<String, String> headers = Headers.of(correlationId, "text/event-stream");
        return new SseWriter(exchange.stream(headers), form);
    }

    @Override
    public void send(String event, Object data) {
        lock.lock();
        try {
            send(last + 1, event, data);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void send(long id, String event, Object data) {
        lock.lock();
        try {
            last = id;
            write(form.event(id, event, data));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void keepAlive() {
        lock.lock();
        try {
            write(": keep-alive\n\n");
        } finally {
            lock.unlock();
        }
    }

    /** Sends a last event and ends the answer; whoever goes on writing learns that nobody reads. */
    void end(String event, Object data) {
        lock.lock();
        try {
            send(event, data);
            ended = true;
            close();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    private void write(String text) {
        try {
            if (ended) {
                throw new IOException("the stream has ended");
            }
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }
}
