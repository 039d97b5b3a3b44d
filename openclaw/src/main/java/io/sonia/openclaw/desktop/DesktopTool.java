package io.sonia.openclaw.desktop;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.openclaw.CheckAnswer.Resolved;
import io.sonia.openclaw.desktop.Desktop.Program;
import io.sonia.openclaw.tools.PreparedCall;
import io.sonia.openclaw.tools.Tool;
import io.sonia.openclaw.tools.ToolFacts;
import java.util.List;
import java.util.Optional;

/** A tool that works on the display, and is unavailable where there is none or a program is missing. */
abstract class DesktopTool<A extends Record> extends Tool<A> {

    final Desktop desktop;
    private final Program needed;

    DesktopTool(
            Desktop desktop, Program needed, ToolFacts facts, Class<A> argsType, Class<? extends Record> resultType) {
        super(facts, argsType, resultType);
        this.desktop = desktop;
        this.needed = needed;
    }

    @Override
    public Optional<String> unavailableReason() {
        return desktop.unavailableReason(needed);
    }

    /** A tool whose effect on the display cannot be taken back and is another one the second time. */
    static ToolFacts acting(
            String name,
            String displayName,
            String description,
            RiskTier tier,
            ToolFacts.Times times,
            String verification) {
        return new ToolFacts(
                name, displayName, description, tier, times, false, false, false, verification, List.of("desktop"));
    }

    /** A tool that only looks at the display. */
    static ToolFacts looking(
            String name,
            String displayName,
            String description,
            RiskTier tier,
            ToolFacts.Times times,
            String verification) {
        return new ToolFacts(
                name, displayName, description, tier, times, true, true, true, verification, List.of("desktop"));
    }

    /** A call that names no path, host or command. */
    abstract static class DesktopCall implements PreparedCall {

        @Override
        public final Resolved resolved() {
            return Resolved.NOTHING;
        }
    }
}
