package io.sonia.gateway;

import io.sonia.contracts.gateway.CallStatus;
import java.util.Set;

/**
 * Which results may hold words that nobody of the house wrote: web pages, files, the output of programs, and whatever a
 * tool brings that is not known here. Names and figures of files, and the memory's own records, do not count.
 */
final class ForeignContent {

    private static final Set<String> OWN = Set.of(
            "file.list",
            "file.stat",
            "file.write",
            "file.append",
            "file.move",
            "file.copy",
            "file.delete",
            "memory.search",
            "memory.store",
            "clipboard.write",
            "keyboard.type",
            "keyboard.hotkey",
            "mouse.click",
            "screenshot");

    private ForeignContent() {}

    /**
     * True if a call of the tool that ended so may have put foreign words before the model.
     *
     * @param cancelled whether it was stopped, perhaps after it had begun
     */
    static boolean broughtBy(String tool, CallStatus status, boolean cancelled) {
        boolean ran = switch (status) {
            case EXECUTED, FAILED, OUTCOME_UNKNOWN -> true;
            case PENDING_APPROVAL, BLOCKED, DENIED, EXPIRED -> cancelled;
        };
        return ran && !OWN.contains(tool);
    }
}
