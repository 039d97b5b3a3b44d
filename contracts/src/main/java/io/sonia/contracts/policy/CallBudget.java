package io.sonia.contracts.policy;

import io.sonia.kernel.json.Range;

/**
 * A number of calls that may run before a rule is about the next one. Counted are those of the rule's own tools that were
 * allowed or approved, durably.
 *
 * @param calls how many
 * @param per within what they are counted
 */
public record CallBudget(@Range(min = 1, max = 100_000) int calls, Per per) {

    /** Within what calls are counted. */
    public enum Per {
        /** The session of the call; calls without a session are counted for who asks, over 24 hours. */
        SESSION,
        /** Who asks, over the last 60 minutes. */
        HOUR,
        /** Who asks, over the last 24 hours. */
        DAY
    }
}
