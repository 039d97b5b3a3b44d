package io.sonia.openclaw.desktop;

import io.sonia.openclaw.desktop.Desktop.Program;
import io.sonia.openclaw.shell.CommandRun.Ended;
import io.sonia.openclaw.shell.LastingPrograms;
import io.sonia.openclaw.tools.ToolRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The clipboard of the display. In X11 a copied text is not kept by the display but handed out by the program that
 * copied it: here by an {@code xclip} that goes on running until somebody copies something else, or SONIA ends.
 */
public final class Clipboard {

    /** More than that is neither read nor written, in UTF-16 code units. */
    static final int MAX_CHARS = 100_000;

    /** A code unit has three bytes at most. */
    private static final int MAX_BYTES = 3 * MAX_CHARS + 3;

    private static final byte[] NOTHING = {};
    private static final String[] READ = {"-selection", "clipboard", "-out", "-target", "UTF8_STRING"};

    private final Desktop desktop;
    private final LastingPrograms programs;

    public Clipboard(Desktop desktop, LastingPrograms programs) {
        this.desktop = desktop;
        this.programs = programs;
    }

    /** What was copied. */
    record Copied(String text, boolean truncated) {}

    Copied read(ToolRun run) throws IOException {
        Ended ended = desktop.tried(run, NOTHING, MAX_BYTES, Program.XCLIP, READ);
        if (ended.exitCode() != 0) {
            if (ended.output().stderr().startsWith("Error: target ")) {
                return new Copied("", false);
            }
            throw Desktop.failed("display");
        }
        String text = ended.output().stdout();
        return text.length() <= MAX_CHARS && !ended.output().truncated()
                ? new Copied(text, false)
                : new Copied(cut(text), true);
    }

    private static String cut(String text) {
        int end = Math.min(text.length(), MAX_CHARS);
        return text.substring(0, end > 0 && Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end);
    }

    /** Hands the text out from now on, in the place of what was handed out before. */
    void write(String text) throws IOException {
        List<String> argv = List.of(
                Program.XCLIP
                        .place()
                        .orElseThrow(() -> Desktop.failed("program"))
                        .toString(),
                "-selection",
                "clipboard",
                "-in",
                "-quiet");
        programs.replace("clipboard", argv, desktop.environment(), text.getBytes(StandardCharsets.UTF_8));
    }
}
