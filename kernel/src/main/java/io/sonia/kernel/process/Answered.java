package io.sonia.kernel.process;

import io.sonia.kernel.Threads;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What a program that ends soon has answered.
 *
 * @param code its exit code; -1 if it did not end in time and was killed
 * @param output what it printed, up to a bound
 */
public record Answered(int code, String output) {

    private static final int MAX_OUTPUT = 1024 * 1024;

    /**
     * Runs a program that is looked for on the PATH, and waits for its end and a mebibyte of output; it is killed when that takes longer.
     *
     * @param input what it can read, in full before it prints
     * @throws IOException if there is no such program
     */
    public static Answered by(List<String> argv, String input, Duration patience)
            throws IOException, InterruptedException {
        return by(argv, input.getBytes(StandardCharsets.UTF_8), MAX_OUTPUT, patience);
    }

    /** As above; {@code maxOutput} is what is read of what it prints, in bytes. */
    public static Answered by(List<String> argv, byte[] input, int maxOutput, Duration patience)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(argv)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        AtomicBoolean late = new AtomicBoolean();
        Threads.virtual("watch of " + argv.getFirst(), () -> watch(process, patience, late));
        tell(process, input);
        String output;
        try (InputStream out = process.getInputStream()) {
            output = new String(out.readNBytes(maxOutput), StandardCharsets.UTF_8);
        }
        int code = process.waitFor();
        return new Answered(late.get() ? -1 : code, output);
    }

    /** One that has ended has heard enough. */
    private static void tell(Process process, byte[] input) throws IOException {
        try (OutputStream in = process.getOutputStream()) {
            in.write(input);
        } catch (IOException e) {
            if (process.isAlive()) {
                process.destroyForcibly();
                throw e;
            }
        }
    }

    /** Its death ends whatever is read from it or written to it. */
    private static void watch(Process process, Duration patience, AtomicBoolean late) {
        try {
            if (!process.waitFor(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                late.set(true);
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
        }
    }
}
