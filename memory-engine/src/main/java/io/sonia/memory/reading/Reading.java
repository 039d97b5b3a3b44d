package io.sonia.memory.reading;

import io.sonia.contracts.memory.DocFormat;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Violations;
import io.sonia.kernel.process.Answered;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;

/** Has documents read, each by a process of its own with 256 MiB of memory and 20 seconds; two at a time. */
public final class Reading {

    private static final Duration TIME = Duration.ofSeconds(20);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
    private static final int AT_ONCE = 2;

    /** UTF-8 of the longest text. */
    private static final int MAX_OUTPUT = 4 * PlainText.MAX_CHARS;

    private static final int KILLED = -1;

    /** The exit code of a process that has no memory left. */
    private static final int NO_MEMORY = 3;

    private final Semaphore permits = new Semaphore(AT_ONCE);

    /**
     * The document's text: headings begin with {@code #}, a form feed ends a page.
     *
     * @throws SoniaException INVALID_ARGUMENT with the reason, OVERLOADED if two are read already
     */
    public String text(DocFormat format, byte[] document) {
        if (!permits.tryAcquire()) {
            throw SoniaException.of(ErrorCode.OVERLOADED, "Other documents are being read")
                    .retryAfter(RETRY_AFTER);
        }
        try {
            return text(Answered.by(command(format), document, MAX_OUTPUT, TIME));
        } catch (IOException e) {
            throw SoniaException.caused(ErrorCode.INTERNAL_ERROR, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SoniaException.caused(ErrorCode.TIMEOUT, e);
        } finally {
            permits.release();
        }
    }

    /** What it keeps beside documents, such as a list of fonts, has no place to go to. */
    private static List<String> command(DocFormat format) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "-Djava.awt.headless=true",
                "-Duser.home=/nonexistent",
                "-Djava.io.tmpdir=/nonexistent",
                "-cp",
                System.getProperty("java.class.path"),
                Reader.class.getName(),
                format.name());
    }

    private static String text(Answered answered) {
        String output = answered.output();
        if (answered.code() == 0 && output.startsWith(Reader.OK + "\n")) {
            return output.substring(Reader.OK.length() + 1);
        }
        Unreadable reason = answered.code() == KILLED || answered.code() == NO_MEMORY
                ? Unreadable.TOO_COSTLY
                : List.of(Unreadable.values()).stream()
                        .filter(each -> each.name().equals(output))
                        .findFirst()
                        .orElse(Unreadable.DAMAGED);
        throw Violations.single("content", reason.name().toLowerCase(Locale.ROOT), reason.words());
    }
}
