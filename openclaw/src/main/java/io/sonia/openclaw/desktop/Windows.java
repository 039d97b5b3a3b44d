package io.sonia.openclaw.desktop;

import io.sonia.kernel.json.Text;
import io.sonia.openclaw.tools.ToolRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The windows of the display that can be seen and have a title. */
final class Windows {

    /** More are not listed: each is asked for its title. */
    static final int MAX = 100;

    static final int MAX_TITLE = 500;

    private final Desktop desktop;

    Windows(Desktop desktop) {
        this.desktop = desktop;
    }

    /**
     * A window.
     *
     * @param windowId its X11 id, in decimal digits
     * @param app the name of the program's process; null if the window does not tell its process
     */
    public record Window(
            String windowId,
            @Text(max = MAX_TITLE) String title,
            @Nullable String app) {}

    List<Window> list(ToolRun run) throws IOException {
        List<Window> found = new ArrayList<>();
        // Any character matches: what has no title is a part of another window.
        String ids =
                desktop.asked(run, "search", "--onlyvisible", "--name", ".").orElse("");
        for (String id : ids.lines().distinct().limit(MAX).toList()) {
            run.check();
            Optional<String> title = title(run, id);
            if (title.isPresent()) {
                found.add(new Window(id, title.get(), app(run, id)));
            }
        }
        return found;
    }

    /** The title of a window; empty if the window is gone. */
    Optional<String> title(ToolRun run, String id) throws IOException {
        return desktop.asked(run, "getwindowname", id).map(Windows::shown);
    }

    /** A title is whatever the program, or the page in it, says: one line without control characters. */
    private static String shown(String title) {
        String line = title.replaceAll("\\p{Cntrl}+", " ").strip();
        int end = Math.min(line.length(), MAX_TITLE);
        return line.substring(0, end > 0 && Character.isHighSurrogate(line.charAt(end - 1)) ? end - 1 : end);
    }

    private @Nullable String app(ToolRun run, String id) throws IOException {
        Optional<String> pid = desktop.asked(run, "getwindowpid", id).filter(text -> text.matches("\\d{1,10}"));
        if (pid.isEmpty()) {
            return null;
        }
        Path name = Path.of("/proc", pid.get(), "comm");
        try {
            return Files.readString(name).strip();
        } catch (IOException ended) {
            return null;
        }
    }
}
