package io.sonia.openclaw.desktop;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.openclaw.SideEffect;
import io.sonia.contracts.openclaw.Verification;
import io.sonia.contracts.openclaw.Verification.Check;
import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Text;
import io.sonia.kernel.json.Violations;
import io.sonia.openclaw.desktop.Desktop.Program;
import io.sonia.openclaw.tools.PreparedCall;
import io.sonia.openclaw.tools.Ran;
import io.sonia.openclaw.tools.ToolFacts;
import io.sonia.openclaw.tools.ToolRun;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Presses some keys together and lets them go. */
public final class KeyboardHotkey extends DesktopTool<KeyboardHotkey.Args> {

    private static final ToolFacts FACTS = acting(
            "keyboard.hotkey",
            "Press keys together",
            "Presses keys together, such as [\"ctrl\", \"s\"]",
            RiskTier.GUARDED_HIGH,
            ToolFacts.Times.ofMillis(3000, 5000),
            "every key is let go");

    public KeyboardHotkey(Desktop desktop) {
        super(desktop, Program.XDOTOOL, FACTS, Args.class, Result.class);
    }

    /** Which keys: a letter, a digit, {@code f1} to {@code f12} or a name. */
    public record Args(
            @Items(min = 1, max = 4) @Text(min = 1, max = 9, pattern = Keys.PATTERN)
            List<String> keys) {}

    /** The keys that were pressed. */
    public record Result(List<String> keys) {}

    @Override
    public PreparedCall prepare(Args args) {
        if (args.keys().stream().distinct().count() < args.keys().size()) {
            throw Violations.single("args.keys", "unique", "expected different keys");
        }
        return new Call(args.keys());
    }

    private final class Call extends DesktopCall {

        private final List<String> keys;

        Call(List<String> keys) {
            this.keys = keys;
        }

        @Override
        public Ran run(ToolRun run) throws IOException {
            return desktop.alone(run, () -> {
                String together = keys.stream().map(Keys::symbol).collect(Collectors.joining("+"));
                desktop.xdotool(run, "key", "--clearmodifiers", "--delay", "0", together);
                return Ran.of(new Result(keys), new SideEffect("keyboard", String.join("+", keys), null, null));
            });
        }

        /** To let go of a key that nobody holds changes nothing. */
        @Override
        public Verification verify(ToolRun run) throws IOException {
            List<String> words = new ArrayList<>(List.of("keyup", "--delay", "0"));
            keys.forEach(each -> words.add(Keys.symbol(each)));
            desktop.xdotool(run, words.toArray(String[]::new));
            return Verification.of(new Check("released", true, "true", "true"));
        }
    }
}
