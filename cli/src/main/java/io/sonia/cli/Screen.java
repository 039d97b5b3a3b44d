package io.sonia.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where a command writes: results to standard output; remarks there too if a person looks at it, else to standard error,
 * so that a script that keeps the output gets the result alone. Text is UTF-8 whatever the locale says.
 *
 * @param terminal true if standard output is a terminal
 * @param colours true if it shows colours
 */
record Screen(PrintStream out, PrintStream err, boolean terminal, boolean colours) {

    private static final int STDOUT = 1;

    static Screen standard(Map<String, String> environment) {
        boolean terminal = isTerminal(STDOUT);
        String kind = environment.getOrDefault("TERM", "dumb");
        boolean colours = terminal && !kind.equals("dumb") && !environment.containsKey("NO_COLOR");
        return new Screen(stream(FileDescriptor.out), stream(FileDescriptor.err), terminal, colours);
    }

    /** True if the descriptor of this process leads to a terminal; asked of proc(5), which is faster than a console. */
    static boolean isTerminal(int descriptor) {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException unknown) {
            return false;
        }
    }

    void line(String text) {
        out.println(text);
    }

    /** Writes a piece of a line at once. */
    void piece(String text) {
        out.print(text);
        out.flush();
    }

    /** A line about the result rather than of it. */
    void remark(String text) {
        (terminal ? out : err).println(text);
    }

    void error(String line) {
        err.println("sonia: " + line);
    }

    String paint(Ink ink, String text) {
        return colours ? ink.on(text) : text;
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }
}
