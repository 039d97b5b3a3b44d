package io.sonia.openclaw.desktop;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.openclaw.Verification;
import io.sonia.contracts.openclaw.Verification.Check;
import io.sonia.kernel.json.Items;
import io.sonia.openclaw.desktop.Desktop.Program;
import io.sonia.openclaw.desktop.Windows.Window;
import io.sonia.openclaw.tools.PreparedCall;
import io.sonia.openclaw.tools.Ran;
import io.sonia.openclaw.tools.ToolFacts;
import io.sonia.openclaw.tools.ToolRun;
import java.io.IOException;
import java.util.List;

/** Lists the windows that can be seen and have a title. */
public final class WindowList extends DesktopTool<WindowList.Args> {

    private static final ToolFacts FACTS = looking(
            "window.list",
            "List the windows",
            "Lists the open windows with their titles",
            RiskTier.SAFE_READ,
            ToolFacts.Times.ofMillis(3000, 5000),
            "no window is listed twice");

    private final Windows windows;

    public WindowList(Desktop desktop) {
        super(desktop, Program.XDOTOOL, FACTS, Args.class, Result.class);
        this.windows = new Windows(desktop);
    }

    /** Nothing to say. */
    public record Args() {}

    /** The windows, up to 100 of them. */
    public record Result(@Items(max = Windows.MAX) List<Window> windows, int count) {}

    @Override
    public PreparedCall prepare(Args args) {
        return new Call();
    }

    private final class Call extends DesktopCall {

        private List<Window> found = List.of();

        @Override
        public Ran run(ToolRun run) throws IOException {
            found = windows.list(run);
            return Ran.of(new Result(found, found.size()));
        }

        @Override
        public Verification verify(ToolRun run) {
            long different = found.stream().map(Window::windowId).distinct().count();
            return Verification.of(Check.same("ids_unique", (long) found.size(), different));
        }
    }
}
