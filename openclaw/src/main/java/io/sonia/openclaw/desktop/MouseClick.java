package io.sonia.openclaw.desktop;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.openclaw.SideEffect;
import io.sonia.contracts.openclaw.Verification;
import io.sonia.contracts.openclaw.Verification.Check;
import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Violations;
import io.sonia.openclaw.desktop.Desktop.Program;
import io.sonia.openclaw.desktop.Desktop.Screen;
import io.sonia.openclaw.tools.PreparedCall;
import io.sonia.openclaw.tools.Ran;
import io.sonia.openclaw.tools.ToolFacts;
import io.sonia.openclaw.tools.ToolRun;
import java.io.IOException;

/** Moves the pointer to a place on the screen and clicks there. */
public final class MouseClick extends DesktopTool<MouseClick.Args> {

    private static final ToolFacts FACTS = acting(
            "mouse.click",
            "Click",
            "Clicks at a place on the screen, counted in pixels from the upper left corner",
            RiskTier.GUARDED_HIGH,
            ToolFacts.Times.ofMillis(3000, 5000),
            "the pointer is at the place");

    public MouseClick(Desktop desktop) {
        super(desktop, Program.XDOTOOL, FACTS, Args.class, Result.class);
    }

    /** A button, with the number that X11 gives it. */
    public enum Button {
        LEFT("1"),
        MIDDLE("2"),
        RIGHT("3");

        private final String number;

        Button(String number) {
            this.number = number;
        }
    }

    /** Where and how. */
    public record Args(
            @Range(max = 65_535) int x,
            @Range(max = 65_535) int y,
            @Default("\"left\"") Button button,
            @Default("1") @Range(min = 1, max = 3) int clicks) {}

    /** Where it was clicked. */
    public record Result(int x, int y, Button button) {}

    @Override
    public PreparedCall prepare(Args args) {
        return new Call(args);
    }

    private final class Call extends DesktopCall {

        private final Args args;

        Call(Args args) {
            this.args = args;
        }

        @Override
        public Ran run(ToolRun run) throws IOException {
            return desktop.alone(run, () -> {
                requireInside(desktop.screen(run));
                String x = Integer.toString(args.x());
                String y = Integer.toString(args.y());
                String clicks = Integer.toString(args.clicks());
                // One connection: the display does both in this order.
                desktop.xdotool(
                        run, "mousemove", x, y, "click", "--repeat", clicks, "--delay", "50", args.button().number);
                SideEffect effect = new SideEffect("mouse", x + "," + y, null, null);
                return Ran.of(new Result(args.x(), args.y(), args.button()), effect);
            });
        }

        private void requireInside(Screen screen) {
            if (args.x() >= screen.width()) {
                throw Violations.single("args.x", "range", "expected 0 to " + (screen.width() - 1));
            }
            if (args.y() >= screen.height()) {
                throw Violations.single("args.y", "range", "expected 0 to " + (screen.height() - 1));
            }
        }

        @Override
        public Verification verify(ToolRun run) throws IOException {
            String place = desktop.xdotool(run, "getmouselocation").replaceAll(" screen:.*", "");
            return Verification.of(Check.same("pointer", "x:" + args.x() + " y:" + args.y(), place));
        }
    }
}
