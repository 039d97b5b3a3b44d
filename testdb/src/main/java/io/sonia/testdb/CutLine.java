package io.sonia.testdb;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A line to a server that is cut around the next COMMIT, and may stay cut. */
public final class CutLine implements AutoCloseable {

    /** Where the next COMMIT gets lost. */
    public enum Cut {
        NOWHERE,
        ON_ITS_WAY,
        ON_THE_WAY_BACK
    }

    private static final Pattern PARSED = Pattern.compile("(S_\\d+)\0COMMIT\0");

    private final ServerSocket entrance;
    private final int server;
    private final AtomicInteger losses = new AtomicInteger();
    private volatile Cut cut = Cut.NOWHERE;
    private volatile boolean stays;
    private volatile boolean down;
    private final Set<Line> lines = ConcurrentHashMap.newKeySet();

    public CutLine(int server) {
        this.server = server;
        try {
            this.entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    public int port() {
        return entrance.getLocalPort();
    }

    /** Loses the next COMMIT; {@code forGood} until {@link #mend}. */
    public void cut(Cut where, boolean forGood) {
        stays = forGood;
        cut = where;
    }

    /** Cuts all that goes over it, until {@link #mend}. */
    public void breakOff() {
        down = true;
        lines.forEach(Line::end);
        lines.clear();
    }

    /** Commits that were lost on the way or back. */
    public int losses() {
        return losses.get();
    }

    public void mend() {
        down = false;
    }

    @Override
    public void close() throws IOException {
        entrance.close();
    }

    private void accept() {
        while (!entrance.isClosed()) {
            try {
                Socket client = entrance.accept();
                if (down) {
                    client.close();
                } else {
                    Socket onward = new Socket(InetAddress.getLoopbackAddress(), server);
                    Line line = new Line(client, onward);
                    lines.add(line);
                    Thread.ofVirtual().start(line::there);
                    Thread.ofVirtual().start(line::back);
                }
            } catch (IOException e) {
                // The test is over, or one connection less.
            }
        }
    }

    private final class Line {
        private final Socket client;
        private final Socket onward;
        private volatile boolean answerIsLost;
        private String name = "";

        Line(Socket client, Socket onward) {
            this.client = client;
            this.onward = onward;
        }

        void there() {
            try (client;
                    onward) {
                InputStream in = client.getInputStream();
                OutputStream out = onward.getOutputStream();
                byte[] buffer = new byte[1 << 16];
                for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                    boolean commit = commits(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
                    if (commit && cut == Cut.ON_ITS_WAY) {
                        lose();
                        return;
                    }
                    if (commit && cut == Cut.ON_THE_WAY_BACK) {
                        answerIsLost = true;
                        lose();
                    }
                    out.write(buffer, 0, n);
                    out.flush();
                }
            } catch (IOException e) {
                // Cut.
            }
        }

        void back() {
            try (client;
                    onward) {
                InputStream in = onward.getInputStream();
                OutputStream out = client.getOutputStream();
                byte[] buffer = new byte[1 << 16];
                for (int n = in.read(buffer); n > 0 && !answerIsLost; n = in.read(buffer)) {
                    out.write(buffer, 0, n);
                    out.flush();
                }
            } catch (IOException e) {
                // Cut.
            }
        }

        void end() {
            try (client;
                    onward) {
                answerIsLost = true;
            } catch (IOException e) {
                // Cut before.
            }
        }

        /** The driver sends the word once and a name for it from then on. */
        private boolean commits(String sent) {
            Matcher parsed = PARSED.matcher(sent);
            if (parsed.find()) {
                name = parsed.group(1);
                return true;
            }
            return !name.isEmpty() && sent.contains("\0" + name + "\0");
        }

        private void lose() {
            losses.incrementAndGet();
            cut = Cut.NOWHERE;
            down = stays;
        }
    }
}
