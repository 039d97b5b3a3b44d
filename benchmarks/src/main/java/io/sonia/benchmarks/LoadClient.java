package io.sonia.benchmarks;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;

/**
 * Callers over kept-alive connections, as little work per request as a client can do: in a closed loop, or at a pace,
 * where a latency counts from the moment at which the request was due.
 */
final class LoadClient {

    /** What a run measured; latencies in microseconds. */
    record Result(long requests, double perSecond, long p50Micros, long p99Micros, long failures) {}

    private final int port;
    private final String headers;
    private final boolean keyed;
    private final AtomicLong nextKey = new AtomicLong();

    LoadClient(int port, String token) {
        this(port, token, false);
    }

    /** @param keyed whether each request has an idempotency key of its own */
    LoadClient(int port, String token, boolean keyed) {
        this.port = port;
        this.keyed = keyed;
        this.headers = "Host: 127.0.0.1\r\nAuthorization: Bearer " + token + "\r\nContent-Type: application/json\r\n";
    }

    /** Posts, from each caller one after the other; {@code body} is given the caller's number. */
    Result post(String path, int callers, int seconds, IntFunction<String> body) throws Exception {
        return post(path, callers, seconds, 0, body);
    }

    /** As {@link #post(String, int, int, IntFunction)}, all callers together {@code perSecond} times (0: as fast as can be). */
    Result post(String path, int callers, int seconds, int perSecond, IntFunction<String> body) throws Exception {
        long pause = perSecond == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) * callers / perSecond;
        AtomicLong failures = new AtomicLong();
        Histogram latencies = new Histogram(60_000_000L, 3);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        long start = System.nanoTime();
        List<Thread> threads = new ArrayList<>();
        for (int caller = 0; caller < callers; caller++) {
            int number = caller;
            threads.add(Thread.ofPlatform().start(() -> {
                Histogram own = loop(() -> request(path, body.apply(number)), end, pause, failures);
                synchronized (latencies) {
                    latencies.add(own);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        double took = (System.nanoTime() - start) / 1e9;
        return new Result(
                latencies.getTotalCount(),
                latencies.getTotalCount() / took,
                latencies.getValueAtPercentile(50),
                latencies.getValueAtPercentile(99),
                failures.get());
    }

    private byte[] request(String path, String body) {
        int length = body.getBytes(StandardCharsets.UTF_8).length;
        return ("POST " + path + " HTTP/1.1\r\n" + headers + "Content-Length: " + length + "\r\n" + key() + "\r\n"
                        + body)
                .getBytes(StandardCharsets.UTF_8);
    }

    private String key() {
        return keyed ? "X-Idempotency-Key: " + headers.hashCode() + "-" + nextKey.incrementAndGet() + "\r\n" : "";
    }

    private Histogram loop(Supplier<byte[]> requests, long end, long pause, AtomicLong failures) {
        Histogram latencies = new Histogram(60_000_000L, 3);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            OutputStream out = socket.getOutputStream();
            InputStream in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
            long due = System.nanoTime()
                    + (pause == 0 ? 0 : ThreadLocalRandom.current().nextLong(pause));
            while (System.nanoTime() < end) {
                byte[] request = requests.get();
                while (System.nanoTime() < due) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
                long start = pause == 0 ? System.nanoTime() : due;
                due += pause;
                out.write(request);
                out.flush();
                if (status(in) == 200) {
                    latencies.recordValue(TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start));
                } else {
                    failures.incrementAndGet();
                }
            }
        } catch (IOException e) {
            failures.incrementAndGet();
        }
        return latencies;
    }

    private static int status(InputStream in) throws IOException {
        int status = Integer.parseInt(line(in).substring(9, 12));
        int length = 0;
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
                length = Integer.parseInt(line.substring(15).strip());
            }
        }
        in.skipNBytes(length);
        return status;
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the server closed the connection");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }
}
