package io.sonia.kernel.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What a program that ends soon has answered.
 *
 * @param code its exit code; -1 if it did not end in time and was killed
 * @param output what it printed, up to a mebibyte
 */
public record Answered(int code, String output) {

    private static final int MAX_OUTPUT = 1024 * 1024;

    /**
     * Runs a program that is looked for on the PATH, and waits for its end.
     *
     * @param input what it can read, in full before it prints
     * @throws IOException if there is no such program
     */
    public static Answered by(List<String> argv, String input, Duration patience)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(argv)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        }
        String output;
        try (InputStream out = process.getInputStream()) {
            output = new String(out.readNBytes(MAX_OUTPUT), StandardCharsets.UTF_8);
        }
        if (!process.waitFor(patience.toNanos(), TimeUnit.NANOSECONDS)) {
            process.destroyForcibly();
            return new Answered(-1, output);
        }
        return new Answered(process.exitValue(), output);
    }
}
