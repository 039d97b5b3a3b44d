package io.sonia.kernel.http;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The receiving side of server-sent events (WHATWG HTML section 9.2). Ends when the sender closes; a connection that
 * breaks is a DEPENDENCY_FAILED.
 */
public final class EventSource implements Iterator<ServerEvent>, AutoCloseable {

    private static final int MAX_EVENT = 4 * 1024 * 1024;

    private final BufferedReader lines;
    private final Runnable disconnect;
    private @Nullable ServerEvent next;
    private boolean ended;

    EventSource(InputStream body, Runnable disconnect) {
        this.disconnect = disconnect;
        this.lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
    }

    @Override
    public boolean hasNext() {
        if (next == null && !ended) {
            next = read();
            ended = next == null;
        }
        return next != null;
    }

    @Override
    public ServerEvent next() {
        if (!hasNext() || next == null) {
            throw new NoSuchElementException("the stream has ended");
        }
        ServerEvent event = next;
        next = null;
        return event;
    }

    /** Tells the sender that nobody listens any more. */
    @Override
    public void close() {
        ended = true;
        disconnect.run();
    }

    private @Nullable ServerEvent read() {
        String id = "";
        String event = "message";
        StringBuilder data = new StringBuilder();
        try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.isEmpty() && !data.isEmpty()) {
                    return new ServerEvent(id, event, Json.parseObject(data.toString()));
                }
                String value = line.substring(Math.min(line.length(), line.indexOf(':') + 1))
                        .stripLeading();
                if (line.startsWith("id:")) {
                    id = value;
                } else if (line.startsWith("event:")) {
                    event = value;
                } else if (line.startsWith("data:")) {
                    data.append(data.isEmpty() ? "" : "\n").append(value);
                }
                if (data.length() > MAX_EVENT) {
                    throw SoniaException.of(ErrorCode.DEPENDENCY_FAILED, "An event is larger than 4 MiB");
                }
            }
            return null;
        } catch (IOException e) {
            throw SoniaException.caused(ErrorCode.DEPENDENCY_FAILED, e);
        }
    }
}
