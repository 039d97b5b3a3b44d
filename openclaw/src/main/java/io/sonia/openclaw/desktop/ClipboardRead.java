package io.sonia.openclaw.desktop;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.openclaw.Verification;
import io.sonia.contracts.openclaw.Verification.Check;
import io.sonia.kernel.json.Text;
import io.sonia.openclaw.desktop.Desktop.Program;
import io.sonia.openclaw.tools.PreparedCall;
import io.sonia.openclaw.tools.Ran;
import io.sonia.openclaw.tools.ToolFacts;
import io.sonia.openclaw.tools.ToolRun;
import java.io.IOException;

/** Reads the text in the clipboard; a clipboard without text reads as the empty text. */
public final class ClipboardRead extends DesktopTool<ClipboardRead.Args> {

    private static final ToolFacts FACTS = looking(
            "clipboard.read",
            "Read the clipboard",
            "Reads the text that was copied last",
            RiskTier.GUARDED_LOW,
            ToolFacts.Times.ofMillis(3000, 5000),
            "the text has the length that is told");

    private final Clipboard clipboard;

    public ClipboardRead(Desktop desktop, Clipboard clipboard) {
        super(desktop, Program.XCLIP, FACTS, Args.class, Result.class);
        this.clipboard = clipboard;
    }

    /** Nothing to say. */
    public record Args() {}

    /** The text, cut at 100,000 characters; {@code length} is that of what is here. */
    public record Result(@Text(max = Clipboard.MAX_CHARS) String text, int length, boolean truncated) {}

    @Override
    public PreparedCall prepare(Args args) {
        return new Call();
    }

    private final class Call extends DesktopCall {

        private Result result = new Result("", 0, false);

        @Override
        public Ran run(ToolRun run) throws IOException {
            Clipboard.Copied copied = clipboard.read(run);
            result = new Result(copied.text(), copied.text().length(), copied.truncated());
            return Ran.of(result);
        }

        @Override
        public Verification verify(ToolRun run) {
            return Verification.of(
                    Check.same("length", result.length(), result.text().length()));
        }
    }
}
