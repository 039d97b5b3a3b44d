package io.sonia.openclaw.desktop;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.openclaw.SideEffect;
import io.sonia.contracts.openclaw.Verification;
import io.sonia.contracts.openclaw.Verification.Check;
import io.sonia.kernel.json.Text;
import io.sonia.kernel.json.Violations;
import io.sonia.openclaw.desktop.Desktop.Program;
import io.sonia.openclaw.desktop.Windows.Window;
import io.sonia.openclaw.tools.PreparedCall;
import io.sonia.openclaw.tools.Ran;
import io.sonia.openclaw.tools.ToolFacts;
import io.sonia.openclaw.tools.ToolRun;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gives the keyboard to a window. */
public final class WindowFocus extends DesktopTool<WindowFocus.Args> {

    private static final ToolFacts FACTS = acting(
            "window.focus",
            "Switch to a window",
            "Brings a window to the front, by its id or its exact title",
            RiskTier.GUARDED_LOW,
            ToolFacts.Times.ofMillis(3000, 5000),
            "the window has the keyboard");

    private final Windows windows;

    public WindowFocus(Desktop desktop) {
        super(desktop, Program.XDOTOOL, FACTS, Args.class, Result.class);
        this.windows = new Windows(desktop);
    }

    /** Which window; one of {@code windowId} and {@code title}. */
    public record Args(
            @Nullable @Text(min = 1, max = 10, pattern = "[0-9]+")
            String windowId,

            @Nullable @Text(min = 1, max = Windows.MAX_TITLE)
            String title) {}

    /** The window that has the keyboard now. */
    public record Result(
            String windowId, @Text(max = Windows.MAX_TITLE) String title) {}

    @Override
    public Map<String, @Nullable Object> argsSchema() {
        Map<String, @Nullable Object> schema = new LinkedHashMap<>(super.argsSchema());
        schema.put("oneOf", List.of(Map.of("required", List.of("window_id")), Map.of("required", List.of("title"))));
        return schema;
    }

    @Override
    public PreparedCall prepare(Args args) {
        if ((args.windowId() == null) == (args.title() == null)) {
            throw Violations.single("args.window_id", "choice", "expected one of window_id and title");
        }
        return new Call(args);
    }

    private final class Call extends DesktopCall {

        private final Args args;
        private String id = "";

        Call(Args args) {
            this.args = args;
        }

        @Override
        public Ran run(ToolRun run) throws IOException {
            return desktop.alone(run, () -> {
                Window window = wanted(run);
                id = window.windowId();
                // A window manager decides by itself; where there is none the display does what it is told.
                desktop.asked(run, "windowactivate", id);
                if (!desktop.focused(run).equals(id)) {
                    desktop.xdotool(run, "windowraise", id, "windowfocus", id);
                    desktop.await(run, () -> desktop.focused(run).equals(id));
                }
                SideEffect effect = new SideEffect("window", id, null, null);
                return Ran.of(new Result(id, window.title()), effect);
            });
        }

        private Window wanted(ToolRun run) throws IOException {
            List<Window> found = windows.list(run).stream()
                    .filter(each -> args.windowId() == null
                            ? each.title().equals(args.title())
                            : each.windowId().equals(args.windowId()))
                    .toList();
            if (found.size() == 1) {
                return found.getFirst();
            }
            throw Desktop.failed(found.isEmpty() ? "not_found" : "ambiguous").with("matches", found.size());
        }

        @Override
        public Verification verify(ToolRun run) throws IOException {
            return Verification.of(Check.same("active_window", id, desktop.focused(run)));
        }
    }
}
