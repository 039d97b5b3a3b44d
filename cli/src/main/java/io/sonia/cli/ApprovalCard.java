package io.sonia.cli;

import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.kernel.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Everything a person needs to decide on a call: what would run, with which arguments, and how risky that is. */
final class ApprovalCard {

    private ApprovalCard() {}

    /** The arguments are complete, however long; a text of several lines is a block with a bar before each line. */
    static List<String> lines(Approval approval) {
        List<String> out = new ArrayList<>();
        out.add("%s  %s  (%s)"
                .formatted(
                        SafeText.line(approval.toolName()),
                        Words.of(approval.riskTier()),
                        SafeText.line(approval.approvalId())));
        if (!approval.summary().isBlank() && !restates(approval)) {
            out.add("  " + SafeText.line(approval.summary()));
        }
        approval.args().forEach((name, value) -> out.addAll(argument(SafeText.line(name), value)));
        if (approval.tainted()) {
            out.add("  asked after foreign content came in");
        }
        String state = approval.state() == ApprovalState.PENDING
                ? "expires in " + Words.seconds(Math.max(0, approval.remainingSeconds()))
                : Words.of(approval.state());
        out.add("  asked by %s, rule %s, %s"
                .formatted(SafeText.line(approval.requester().actorId()), SafeText.line(approval.ruleId()), state));
        return out;
    }

    /** A summary that is only the call again would be read twice. */
    private static boolean restates(Approval approval) {
        return approval.summary().startsWith(approval.toolName() + " {");
    }

    /** The arguments on one line, for lists and for calls that need no decision. */
    static String brief(Map<String, @Nullable Object> args, int longest) {
        StringBuilder out = new StringBuilder();
        args.forEach((name, value) -> out.append(out.isEmpty() ? "" : " ")
                .append(SafeText.line(name))
                .append('=')
                .append(SafeText.line(Json.text(value))));
        return out.length() > longest ? out.substring(0, longest) + "..." : out.toString();
    }

    private static List<String> argument(String name, @Nullable Object value) {
        if (!(value instanceof String text) || text.indexOf('\n') < 0) {
            return List.of("    " + name + " = " + SafeText.line(Json.text(value)));
        }
        List<String> block = new ArrayList<>();
        block.add("    " + name + " =");
        SafeText.of(text).lines().forEach(line -> block.add("      | " + line));
        if (text.endsWith("\n")) {
            block.add("      (ends with a line break)");
        }
        return block;
    }
}
