package io.sonia.openclaw.desktop;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.openclaw.SideEffect;
import io.sonia.contracts.openclaw.Verification;
import io.sonia.contracts.openclaw.Verification.Check;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.json.Text;
import io.sonia.openclaw.desktop.Desktop.Program;
import io.sonia.openclaw.tools.PreparedCall;
import io.sonia.openclaw.tools.Ran;
import io.sonia.openclaw.tools.ToolFacts;
import io.sonia.openclaw.tools.ToolRun;
import java.io.IOException;

/** Copies a text to the clipboard. */
public final class ClipboardWrite extends DesktopTool<ClipboardWrite.Args> {

    private static final ToolFacts FACTS = acting(
            "clipboard.write",
            "Copy to the clipboard",
            "Copies a text, so that it can be pasted",
            RiskTier.GUARDED_MEDIUM,
            ToolFacts.Times.ofMillis(3000, 5000),
            "the clipboard is read again and holds the text");

    private final Clipboard clipboard;

    public ClipboardWrite(Desktop desktop, Clipboard clipboard) {
        super(desktop, Program.XCLIP, FACTS, Args.class, Result.class);
        this.clipboard = clipboard;
    }

    /** What to copy. */
    public record Args(@Text(max = Clipboard.MAX_CHARS) String text) {}

    /** How much was copied. */
    public record Result(int charsWritten) {}

    @Override
    public PreparedCall prepare(Args args) {
        return new Call(args.text());
    }

    private final class Call extends DesktopCall {

        private final String text;

        Call(String text) {
            this.text = text;
        }

        @Override
        public Ran run(ToolRun run) throws IOException {
            return desktop.alone(run, () -> {
                clipboard.write(text);
                // The new owner has to have told the display before anybody pastes.
                desktop.await(run, () -> clipboard.read(run).text().equals(text));
                SideEffect effect = new SideEffect("clipboard", "clipboard", null, Sha256.hex(text));
                return Ran.of(new Result(text.length()), effect);
            });
        }

        @Override
        public Verification verify(ToolRun run) throws IOException {
            String copied = clipboard.read(run).text();
            return Verification.of(Check.same("sha256", Sha256.hex(text), Sha256.hex(copied)));
        }
    }
}
