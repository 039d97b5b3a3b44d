package io.sonia.contracts.evaos;

import io.sonia.kernel.json.Items;
import java.util.List;

/**
 * A change of policy that waits for a person.
 *
 * @param policyVersion the version it would be
 * @param shadow what it would have changed about recent calls
 * @param widens what it lets happen that does not happen now
 * @param narrows what it stops
 */
public record PolicyProposed(
        Approval approval, String policyVersion, Shadow shadow, List<String> widens, List<String> narrows) {

    /**
     * Recent calls above safe_read, judged by both policies in the circumstances they came in, budgets as they stand now.
     *
     * @param evaluated how many were judged
     * @param changed those with another verdict
     */
    public record Shadow(int evaluated, @Items(max = 500) List<Change> changed) {}

    /** One recent call that would be judged otherwise. */
    public record Change(String toolName, String argsDigest, Verdict before, Verdict after) {}
}
