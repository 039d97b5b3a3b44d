package io.sonia.cli;

import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.gateway.TurnEvent;
import io.sonia.kernel.json.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Shows one turn while it happens. On a terminal the answer appears piece by piece; where it goes to a program, only the
 * finished answer is printed, and everything around it is a remark.
 */
final class TurnScreen {

    private static final int LONGEST = 160;

    private final Screen screen;
    private final StringBuilder pieces = new StringBuilder();

    TurnScreen(Screen screen) {
        this.screen = screen;
    }

    /** Shows an event of the stream; types that say nothing to a person are passed over. */
    void show(String type, Map<String, @Nullable Object> payload) {
        switch (type) {
            case TurnEvent.RECALLED -> recalled(payload);
            case TurnEvent.PARTIAL -> piece(text(payload, "text"));
            case TurnEvent.CALL_REQUESTED -> remark(Ink.CYAN, "> " + call(payload, "args"));
            case TurnEvent.CONFIRMATION_RESOLVED -> remark(Ink.DIM, text(payload, "status"));
            case TurnEvent.CALL_RESULT -> result(payload);
            case TurnEvent.FINAL -> answer(text(payload, "assistant_text"));
            case TurnEvent.SLO_MODE ->
                remark(Ink.YELLOW, text(payload, "mode") + ": " + SafeText.line(text(payload, "reason")));
            case TurnEvent.CANCELLED -> remark(Ink.YELLOW, "cancelled");
            case TurnEvent.ERROR -> failed(text(payload, "code"), text(payload, "message"));
            default -> {
                // turn.started, memory.written, turn.parked and done are for the conversation, not for the eye.
            }
        }
    }

    /** Shows a call that waits for a decision, complete. */
    void approval(Approval approval) {
        endLine();
        screen.remark(screen.paint(Ink.YELLOW, "  approval needed"));
        ApprovalCard.lines(approval).forEach(line -> screen.remark("  " + line));
    }

    /** Shows the finished answer, unless its pieces were it. */
    void answer(String text) {
        String seen = pieces.toString();
        if (same(seen, text)) {
            endLine();
        } else {
            endLine();
            screen.line(SafeText.of(text));
        }
    }

    void failed(String code, String message) {
        endLine();
        screen.error(SafeText.line(message) + " - " + SafeText.line(code) + " - " + ErrorLine.cure(code));
    }

    void remark(Ink ink, String text) {
        endLine();
        screen.remark("  " + screen.paint(ink, text));
    }

    /** The last line of a turn: how to look it up. */
    void end(String correlationId, double millis) {
        remark(Ink.DIM, Words.millis(millis) + "  ./sonia audit trace " + SafeText.line(correlationId));
    }

    private void recalled(Map<String, @Nullable Object> payload) {
        boolean degraded = Boolean.TRUE.equals(payload.get("degraded"));
        long count = payload.get("retrieved_count") instanceof Long found ? found : 0;
        if (degraded) {
            remark(Ink.YELLOW, "goes on without memory: recall failed");
        } else if (count > 0) {
            remark(Ink.DIM, "recalled " + (count == 1 ? "1 memory" : count + " memories"));
        }
    }

    private void result(Map<String, @Nullable Object> payload) {
        StringBuilder line = new StringBuilder("< " + text(payload, "tool_name") + " " + text(payload, "status"));
        if (payload.get("duration_ms") instanceof Number millis && millis.doubleValue() > 0) {
            line.append(" in ").append(Words.millis(millis.doubleValue()));
        }
        if (payload.get("verification") instanceof Map<?, ?> checked
                && !"not_applicable".equals(checked.get("verdict"))) {
            line.append(", verification ").append(SafeText.line(String.valueOf(checked.get("verdict"))));
        }
        if (payload.get("result") instanceof Map<?, ?>) {
            line.append(": ").append(brief(payload.get("result")));
        }
        remark(text(payload, "status").equals("executed") ? Ink.CYAN : Ink.YELLOW, line.toString());
    }

    private void piece(String text) {
        if (screen.terminal()) {
            pieces.append(text);
            screen.piece(SafeText.of(text));
        }
    }

    private void endLine() {
        if (!pieces.isEmpty()) {
            if (pieces.charAt(pieces.length() - 1) != '\n') {
                screen.line("");
            }
            pieces.setLength(0);
        }
    }

    /** The finished answer is the pieces without control characters and outer blanks. */
    private static boolean same(String pieces, String answer) {
        return plain(pieces).equals(plain(answer));
    }

    private static String plain(String text) {
        return text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
    }

    private static String call(Map<String, @Nullable Object> payload, String arguments) {
        Object args = payload.get(arguments);
        return text(payload, "tool_name") + (args instanceof Map<?, ?> map && map.isEmpty() ? "" : " " + brief(args));
    }

    private static String brief(@Nullable Object value) {
        StringBuilder out = new StringBuilder();
        if (value instanceof Map<?, ?> map) {
            map.forEach((name, each) -> out.append(out.isEmpty() ? "" : " ")
                    .append(SafeText.line(String.valueOf(name)))
                    .append('=')
                    .append(SafeText.line(Json.text(each))));
        }
        return out.length() > LONGEST ? out.substring(0, LONGEST) + "..." : out.toString();
    }

    private static String text(Map<String, @Nullable Object> payload, String key) {
        Object value = payload.get(key);
        return value == null ? "" : SafeText.of(value.toString());
    }
}
