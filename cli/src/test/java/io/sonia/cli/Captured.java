package io.sonia.cli;

import io.sonia.kernel.Clock;
import io.sonia.kernel.Home;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** A screen that keeps what is written to it. */
final class Captured {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Screen screen;

    private Captured(boolean terminal) {
        this.screen = new Screen(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                terminal,
                false);
    }

    /** A terminal without colours. */
    static Captured terminal() {
        return new Captured(true);
    }

    /** Two pipes, as a script sees them. */
    static Captured pipes() {
        return new Captured(false);
    }

    Screen screen() {
        return screen;
    }

    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    Workplace place(Path home, Map<String, String> environment) {
        return new Workplace(new Home(home), home.resolve("dist"), environment, Clock.system(), screen);
    }
}
