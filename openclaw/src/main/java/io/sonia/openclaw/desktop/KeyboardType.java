package io.sonia.openclaw.desktop;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.openclaw.SideEffect;
import io.sonia.contracts.openclaw.Verification;
import io.sonia.contracts.openclaw.Verification.Check;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import io.sonia.kernel.json.Violations;
import io.sonia.openclaw.desktop.Desktop.Program;
import io.sonia.openclaw.tools.PreparedCall;
import io.sonia.openclaw.tools.Ran;
import io.sonia.openclaw.tools.ToolFacts;
import io.sonia.openclaw.tools.ToolRun;
import java.io.IOException;

/** Types a text into the window that has the keyboard. */
public final class KeyboardType extends DesktopTool<KeyboardType.Args> {

    private static final ToolFacts FACTS = acting(
            "keyboard.type",
            "Type a text",
            "Types a text into the window that has the keyboard",
            RiskTier.GUARDED_HIGH,
            ToolFacts.Times.ofMillis(5000, 30_000),
            "the keyboard belongs to the same window as before");

    private static final int REMAPPING_MS = 25;

    public KeyboardType(Desktop desktop) {
        super(desktop, Program.XDOTOOL, FACTS, Args.class, Result.class);
    }

    /**
     * What to type.
     *
     * @param text a new line is the enter key; control characters but it and the tabulator are refused
     * @param delayMs after each key; 25 ms at least if the text is not plain ASCII
     */
    public record Args(
            @Text(min = 1, max = 1000) String text,
            @Default("0") @Range(max = 500) int delayMs) {}

    /** How much was typed; 0 if the run was cut off, though some of it may have been. */
    public record Result(int charsTyped) {}

    @Override
    public PreparedCall prepare(Args args) {
        if (args.text().chars().anyMatch(each -> Character.isISOControl(each) && each != '\n' && each != '\t')) {
            throw Violations.single("args.text", "control_character", "expected no control character but \\n and \\t");
        }
        return new Call(args);
    }

    private final class Call extends DesktopCall {

        private final Args args;
        private String before = "";

        Call(Args args) {
            this.args = args;
        }

        @Override
        public Ran run(ToolRun run) throws IOException {
            return desktop.alone(run, () -> {
                before = desktop.focused(run);
                SideEffect effect = new SideEffect("keyboard", "window " + before, null, null);
                try {
                    type(run);
                } catch (SoniaException cut) {
                    return Ran.of(new Result(0), effect).failed(cut);
                }
                return Ran.of(new Result(args.text().length()), effect);
            });
        }

        private void type(ToolRun run) throws IOException {
            boolean ascii = args.text().chars().allMatch(each -> each < 0x80);
            // A character that is on no key gets one for a moment, in which the window has to look it up.
            String delay = Integer.toString(ascii ? args.delayMs() : Math.max(args.delayMs(), REMAPPING_MS));
            String[] lines = args.text().split("\n", -1);
            for (int i = 0; i < lines.length; i++) {
                if (i > 0) {
                    desktop.xdotool(run, "key", "--clearmodifiers", "--delay", delay, "Return");
                }
                if (!lines[i].isEmpty()) {
                    desktop.typed(run, lines[i], "type", "--clearmodifiers", "--delay", delay, "--file", "-");
                }
            }
        }

        @Override
        public Verification verify(ToolRun run) throws IOException {
            return Verification.of(Check.same("focus", before, desktop.focused(run)));
        }
    }
}
